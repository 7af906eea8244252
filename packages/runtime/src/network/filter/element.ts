/** A member of a set of the packet filter. Without a network or a mark it is the guest alone. */
export interface Element {
  set: 'offline' | 'restricted' | 'named' | 'allowed' | 'denied' | 'pinned' | 'marks' | 'marked';
  guest: string;
  /** In canonical form, an address with its /32. */
  network?: string;
  mark?: number;
  /** After so many seconds it is gone by itself. */
  seconds?: number;
}

/** One transaction: what is removed is removed before anything is added. What is absent is removed, and what is there added, without complaint. */
export interface Change {
  removed: readonly Element[];
  added: readonly Element[];
}

/** The element in the language of `nft`, without its time. */
export function textOf({ set, guest, network, mark }: Element): string {
  // Sets without networks take an address alone.
  const address = set === 'pinned' ? network?.replace('/32', '') : network;
  const further = address ?? (mark === undefined ? undefined : `0x${mark.toString(16)}`);
  const pair = further === undefined ? guest : `${guest} ${set === 'marks' ? ':' : '.'} ${further}`;
  return `${set} { ${pair} }`;
}

/** A change as commands of `nft`. */
export function scriptOf(table: string, { removed, added }: Change): string {
  const command = (verb: 'add' | 'delete', text: string) => `${verb} element inet ${table} ${text}\n`;
  const lasting = (element: Element) =>
    element.seconds === undefined
      ? textOf(element)
      : textOf(element).replace(' }', ` timeout ${element.seconds}s }`);
  return [
    // Adding first makes the deletion of an absent element succeed.
    ...removed.flatMap((element) =>
      (['add', 'delete'] as const).map((verb) => command(verb, textOf(element))),
    ),
    ...added.map((element) => command('add', lasting(element))),
  ].join('');
}
