import { ExpandError } from './expand-error.ts';

const mostPorts = 1000;

/** The ports that a word of EXPOSE means: `80`, `53/udp`, `8000-8003/tcp`. */
export function readPorts(text: string): string[] {
  const found = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(tcp|udp|sctp))?$/i.exec(text);
  const [, first = '', last = first, protocol = 'tcp'] = found ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (!found || from < 1 || to < from || to > 65_535)
    throw new ExpandError(
      `EXPOSE takes ports such as 80, 53/udp or 8000-8003, not ${text.slice(0, 100) || 'an empty word'}`,
    );
  if (to - from >= mostPorts) throw new ExpandError(`EXPOSE takes at most ${mostPorts} ports in one range`);
  return Array.from({ length: to - from + 1 }, (_, at) => `${from + at}/${protocol.toLowerCase()}`);
}
