import { randomInt } from 'node:crypto';
import { run } from '../processes/run.ts';
import type { Filter } from './filter/create-filter.ts';
import { type Element, textOf } from './filter/element.ts';
import { type Reach, reachOf } from './reach.ts';

/** Characters of the packet filter's listing: thousands of guests with long lists. */
const LISTING_LIMIT = 256 * 1024 * 1024;

/** Elements of the sets in the packet filter that a guest's rules consist of. */
function elementsOf(guest: string, { offline, restricted, allowed, denied, names }: Reach): Element[] {
  return [
    ...(offline ? [{ set: 'offline', guest } as const] : []),
    ...(restricted ? [{ set: 'restricted', guest } as const] : []),
    ...(names.length > 0 ? [{ set: 'named', guest } as const, ...markOf(guest)] : []),
    ...allowed.map((network) => ({ set: 'allowed', guest, network }) as const),
    ...denied.map((network) => ({ set: 'denied', guest, network }) as const),
  ];
}

/**
 * Connections to pinned addresses carry the mark of the policy that let them through, by which they outlive the pin, and
 * end with the policy.
 */
function markOf(guest: string): Element[] {
  const mark = randomInt(1, 2 ** 31);
  return [
    { set: 'marks', guest, mark },
    { set: 'marked', guest, mark },
  ];
}

/** The policies of guests in the packet filter. Each change is one transaction: there is no moment between two policies. */
export function createPolicies(table: string, filter: Pick<Filter, 'apply'>) {
  /** By guest, each under its text. */
  const standing = new Map<string, ReadonlyMap<string, Element>>();

  async function replace(
    guest: string,
    elements: readonly Element[],
    alsoGone: readonly Element[],
  ): Promise<void> {
    const before = standing.get(guest) ?? new Map<string, Element>();
    const next = byText(elements);
    const missingIn = (other: ReadonlyMap<string, Element>, some: ReadonlyMap<string, Element>) =>
      [...some].filter(([text]) => !other.has(text)).map(([, element]) => element);
    const removed = [...missingIn(next, before), ...alsoGone];
    const added = missingIn(before, next);
    if (removed.length === 0 && added.length === 0) return;
    await filter.apply({ removed, added });
    if (next.size > 0) standing.set(guest, next);
    else standing.delete(guest);
  }

  return {
    /** Learns what stands in the packet filter, set by an earlier process. */
    async read(): Promise<void> {
      const listed = await run('nft', ['-j', 'list', 'table', 'inet', table], { outputLimit: LISTING_LIMIT });
      for (const [guest, found] of readElements(JSON.parse(listed) as Listing))
        standing.set(guest, byText(found));
    },
    /** Puts a policy in force, and takes further elements away together with that. */
    set: (guest: string, reach: Reach, alsoGone: readonly Element[] = []) =>
      replace(guest, elementsOf(guest, reach), alsoGone),
    /** Takes the rules of a guest away that is gone. */
    remove: (guest: string, alsoGone: readonly Element[] = []) =>
      replace(guest, elementsOf(guest, reachOf({ internetAccess: true })), alsoGone),
  };
}

function byText(elements: readonly Element[]): ReadonlyMap<string, Element> {
  return new Map(elements.map((element) => [textOf(element), element]));
}

/** Sets of guests, and of guests with networks; what else there is, is not kept over a restart. */
const plainSets = ['offline', 'restricted', 'named'] as const;
const networkSets = ['allowed', 'denied'] as const;

interface Listing {
  nftables: { set?: { name: string; elem?: Listed[] } }[];
}
type Listed = string | { elem: { val: Listed } } | { concat: [string, Network] };
type Network = string | { prefix: { addr: string; len: number } } | { range: [string, string] };

function readElements({ nftables }: Listing): Map<string, Element[]> {
  const found = new Map<string, Element[]>();
  const note = (element: Element) => {
    const { guest } = element;
    found.set(guest, [...(found.get(guest) ?? []), element]);
  };
  for (const { set } of nftables) {
    const plainSet = plainSets.find((name) => name === set?.name);
    const networkSet = networkSets.find((name) => name === set?.name);
    for (const listed of set?.elem ?? []) {
      if (typeof listed === 'string') {
        if (plainSet) note({ set: plainSet, guest: listed });
      } else if ('concat' in listed && networkSet) {
        const [guest, network] = listed.concat;
        note({ set: networkSet, guest, network: writeNetwork(network) });
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
