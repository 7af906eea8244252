import { readFileSync } from 'node:fs';
import { UsageError } from '../errors/cli-error.ts';
import { readStdin } from './stdin.ts';

/** Text given as it is, as `-` for stdin, or as `@path` for a file. */
export async function readLiteral(word: string): Promise<string> {
  if (word === '-') return (await readStdin()).toString();
  if (!word.startsWith('@')) return word;
  try {
    return readFileSync(word.slice(1), 'utf8');
  } catch (error) {
    throw new UsageError(`${word.slice(1)} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
