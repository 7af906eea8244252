import type { NetworkPolicy } from '../engine.ts';
import { run } from '../processes/run.ts';

/** Rules of one guest as the packet filter holds them. */
interface Rules {
  /** Reaches nothing, the resolver neither. */
  offline: boolean;
  /** Reaches only what is allowed. */
  restricted: boolean;
  /** Networks in canonical form. */
  allowed: readonly string[];
  denied: readonly string[];
}

/** Characters of the packet filter's listing: thousands of guests with long lists. */
const LISTING_LIMIT = 256 * 1024 * 1024;

const open: Rules = { offline: false, restricted: false, allowed: [], denied: [] };

/** Says what a policy means: what is allowed wins over what is denied, and alone it is all that is allowed. */
function rulesOf({ internetAccess, allowOut = [], denyOut = [] }: NetworkPolicy): Rules {
  return {
    offline: !internetAccess && allowOut.length === 0,
    restricted: allowOut.length > 0 && (!internetAccess || denyOut.length === 0),
    allowed: allowOut,
    denied: denyOut,
  };
}

/** Elements of the sets in the packet filter that a guest's rules consist of. */
function elementsOf(guest: string, { offline, restricted, allowed, denied }: Rules): string[] {
  return [
    ...(offline ? [`offline { ${guest} }`] : []),
    ...(restricted ? [`restricted { ${guest} }`] : []),
    ...allowed.map((network) => `allowed { ${guest} . ${network} }`),
    ...denied.map((network) => `denied { ${guest} . ${network} }`),
  ];
}

/** The policies of guests in the packet filter. Each change is one transaction: there is no moment between two policies. */
export function createPolicies(table: string) {
  const elements = new Map<string, readonly string[]>();

  async function replace(guest: string, next: readonly string[]): Promise<void> {
    const before = elements.get(guest) ?? [];
    const gone = before.filter((element) => !next.includes(element));
    const added = next.filter((element) => !before.includes(element));
    if (gone.length === 0 && added.length === 0) return;
    const commands = [
      // Adding first makes the deletion of an absent element succeed.
      ...gone.flatMap((element) =>
        ['add', 'delete'].map((verb) => `${verb} element inet ${table} ${element}`),
      ),
      ...added.map((element) => `add element inet ${table} ${element}`),
    ];
    await run('nft', ['-f', '-'], { input: `${commands.join('\n')}\n` });
    if (next.length > 0) elements.set(guest, next);
    else elements.delete(guest);
  }

  return {
    /** Learns what stands in the packet filter, set by an earlier process. */
    async read(): Promise<void> {
      const listed = await run('nft', ['-j', 'list', 'table', 'inet', table], { outputLimit: LISTING_LIMIT });
      for (const [guest, found] of readElements(JSON.parse(listed) as Listing)) elements.set(guest, found);
    },
    /** Puts a policy in force. */
    set: (guest: string, policy: NetworkPolicy) => replace(guest, elementsOf(guest, rulesOf(policy))),
    /** Takes the rules of a guest away that is gone. */
    remove: (guest: string) => replace(guest, elementsOf(guest, open)),
    isOffline: (guest: string) => elements.get(guest)?.includes(`offline { ${guest} }`) ?? false,
  };
}

interface Listing {
  nftables: { set?: { name: string; elem?: Element[] } }[];
}
type Element = string | { elem: { val: Element } } | { concat: [string, Network] };
type Network = string | { prefix: { addr: string; len: number } } | { range: [string, string] };

function readElements({ nftables }: Listing): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const note = (guest: string, element: string) => found.set(guest, [...(found.get(guest) ?? []), element]);
  for (const { set } of nftables) {
    for (const element of set?.elem ?? []) {
      if (!set) continue;
      if (typeof element === 'string') {
        if (set.name === 'offline' || set.name === 'restricted') note(element, `${set.name} { ${element} }`);
      } else if ('concat' in element) {
        const [guest, network] = element.concat;
        note(guest, `${set.name} { ${guest} . ${writeNetwork(network)} }`);
      }
    }
  }
  return found;
}

function writeNetwork(network: Network): string {
  if (typeof network === 'string') return `${network}/32`;
  if ('prefix' in network) return `${network.prefix.addr}/${network.prefix.len}`;
  // The whole address space is no prefix for the packet filter.
  return '0.0.0.0/0';
}
