import type { Flag } from './instruction-types.ts';
import { refuseLine } from './refuse-line.ts';

/** The flags of an instruction by name. Others than the known ones are refused. */
export function readFlags(flags: Flag[], known: string[], line: number): Map<string, string> {
  const found = new Map<string, string>();
  for (const flag of flags) {
    const name = flag.getName();
    if (!known.includes(name)) refuseLine(line, `--${name} is not supported`);
    found.set(name, flag.getValue() ?? '');
  }
  return found;
}
