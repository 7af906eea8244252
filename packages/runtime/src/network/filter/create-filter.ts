import { run } from '../../processes/run.ts';
import { type Change, scriptOf } from './element.ts';
import { createFilterProgram } from './filter-program.ts';

export interface FilterOptions {
  /** Name of our table. */
  table: string;
  /** Path of the filter program; without it each change takes a process of `nft`. */
  program: string | undefined;
  /** How long the program may take for one change, in milliseconds. */
  patienceMs?: number;
  onError(error: Error): void;
}

/** The packet filter: changes that are in force as a whole or not at all, once a call resolves. */
export function createFilter({ table, program: path, patienceMs, onError }: FilterOptions) {
  const program =
    path === undefined ? undefined : createFilterProgram({ program: path, patienceMs, onError });

  async function load(script: string): Promise<void> {
    await run('nft', ['-f', '-'], { input: script });
  }

  return {
    /** Takes a little until it is quick. */
    start: () => program?.start(),
    /** Has a whole script of `nft` carried out. */
    load,
    async apply(change: Change): Promise<void> {
      const applied = program?.apply(table, change);
      if (!applied) return await load(scriptOf(table, change));
      try {
        await applied;
      } catch (error) {
        // Carried out a second time it changes nothing.
        await load(scriptOf(table, change));
        onError(error as Error);
      }
    },
    close: async () => await program?.close(),
  };
}

export type Filter = ReturnType<typeof createFilter>;
