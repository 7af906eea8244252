/** Numbers of a processor list such as "0-3,8". */
export function expandProcessors(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
  });
}

/** A list of `count` neighbouring processors out of `list`, anywhere in it; `list` itself when it has no more. */
export function pickProcessors(list: string, count: number): string {
  const all = expandProcessors(list);
  if (count >= all.length) return list;
  const start = Math.floor(Math.random() * all.length);
  return Array.from({ length: count }, (_, offset) => all[(start + offset) % all.length]).join(',');
}
