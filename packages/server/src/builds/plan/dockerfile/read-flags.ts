import type { InstructionSource } from './read-source.ts';
import { refuseLine } from './refuse-line.ts';

/** The flags of an instruction by name. Others than the known ones, and a flag that stands twice, are refused. */
export function readFlags({ flags, line, keyword }: InstructionSource, known: string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { name, value } of flags) {
    if (!known.includes(name)) refuseLine(line, `${keyword} --${name.slice(0, 100)} is not supported`);
    if (found.has(name)) refuseLine(line, `${keyword} has --${name} twice`);
    found.set(name, value ?? '');
  }
  return found;
}
