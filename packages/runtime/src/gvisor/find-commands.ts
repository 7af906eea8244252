import { readdir, readFile } from 'node:fs/promises';
import type { EngineContext } from './engine-context.ts';

export interface FoundCommand {
  pid: number;
  /** Instance that the process works for. */
  id: string;
  /** Its command line. */
  words: string[];
}

/** Every process on the machine that is a runsc with our state folder, found by its command line. */
export async function findCommands(context: Pick<EngineContext, 'root'>): Promise<FoundCommand[]> {
  const flag = `--root=${context.root}`;
  const found: FoundCommand[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const words = await readFile(`/proc/${name}/cmdline`, 'utf8').then(
      (text) => text.split('\0').filter((word) => word !== ''),
      (): string[] => [],
    );
    const id = words.at(-1);
    if (id !== undefined && words.includes(flag)) found.push({ pid: Number(name), id, words });
  }
  return found;
}
