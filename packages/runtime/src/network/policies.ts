import { randomInt } from 'node:crypto';
import { run } from '../processes/run.ts';
import { type Reach, reachOf } from './reach.ts';

/** Characters of the packet filter's listing: thousands of guests with long lists. */
const LISTING_LIMIT = 256 * 1024 * 1024;

/** Elements of the sets in the packet filter that a guest's rules consist of. */
function elementsOf(guest: string, { offline, restricted, allowed, denied, names }: Reach): string[] {
  return [
    ...(offline ? [`offline { ${guest} }`] : []),
    ...(restricted ? [`restricted { ${guest} }`] : []),
    ...(names.length > 0 ? [`named { ${guest} }`, ...markOf(guest)] : []),
    ...allowed.map((network) => `allowed { ${guest} . ${network} }`),
    ...denied.map((network) => `denied { ${guest} . ${network} }`),
  ];
}

/**
 * Connections to pinned addresses carry the mark of the policy that let them through, by which they outlive the pin, and
 * end with the policy.
 */
function markOf(guest: string): string[] {
  const mark = `0x${randomInt(1, 2 ** 31).toString(16)}`;
  return [`marks { ${guest} : ${mark} }`, `marked { ${guest} . ${mark} }`];
}

/** The policies of guests in the packet filter. Each change is one transaction: there is no moment between two policies. */
export function createPolicies(table: string) {
  const elements = new Map<string, readonly string[]>();

  async function replace(guest: string, next: readonly string[], further: readonly string[]): Promise<void> {
    const before = elements.get(guest) ?? [];
    const gone = before.filter((element) => !next.includes(element));
    const added = next.filter((element) => !before.includes(element));
    if (gone.length === 0 && added.length === 0 && further.length === 0) return;
    const commands = [
      // Adding first makes the deletion of an absent element succeed.
      ...gone.flatMap((element) =>
        ['add', 'delete'].map((verb) => `${verb} element inet ${table} ${element}`),
      ),
      ...added.map((element) => `add element inet ${table} ${element}`),
      ...further,
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
    /** Puts a policy in force, together with further commands. */
    set: (guest: string, reach: Reach, further: readonly string[] = []) =>
      replace(guest, elementsOf(guest, reach), further),
    /** Takes the rules of a guest away that is gone. */
    remove: (guest: string, further: readonly string[] = []) =>
      replace(guest, elementsOf(guest, reachOf({ internetAccess: true })), further),
  };
}

/** Sets of guests, and of guests with networks; what else there is, is not kept over a restart. */
const plainSets = ['offline', 'restricted', 'named'];
const networkSets = ['allowed', 'denied'];

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
        if (plainSets.includes(set.name)) note(element, `${set.name} { ${element} }`);
      } else if ('concat' in element && networkSets.includes(set.name)) {
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
