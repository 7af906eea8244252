import { posix } from 'node:path';
import type { Context } from '../../context.ts';
import type { FolderMount } from '../plan/instruction.ts';
import { quote } from '../plan/package-commands.ts';
import type { BuildSandbox } from './build-sandbox.ts';
import { runScript } from './run-script.ts';

/**
 * Gives one command empty folders in the place of what is there. Returns how to take them away again; what they held is
 * gone then, and what was there is back.
 *
 * @throws {BuildFailure} When they cannot be made.
 */
export async function placeFolders(
  context: Context,
  sandbox: BuildSandbox,
  { mounts, signal }: { mounts: FolderMount[]; signal: AbortSignal },
): Promise<{ remove: () => Promise<void> }> {
  if (mounts.length === 0) return { remove: async () => undefined };
  // One folder may lie in another.
  const folders = mounts
    .toSorted((a, b) => (a.target < b.target ? -1 : 1))
    .map(({ target, mode, owner }, number) => {
      const parent = posix.dirname(target);
      const [path, aside] = [target, posix.join(parent, `.nullspace-aside-${number}`)].map(quote);
      return {
        place: [
          `mkdir -p ${quote(parent)}`,
          `if [ -e ${path} ] || [ -L ${path} ]; then mv ${path} ${aside}; fi`,
          `mkdir -m ${mode} ${path}`,
          `chown ${owner} ${path}`,
        ],
        // Where nothing was, the place of the mount stays, as it does with Docker.
        restore: [
          `rm -rf ${path}`,
          `if [ -e ${aside} ] || [ -L ${aside} ]; then mv ${aside} ${path}; else mkdir ${path}; fi`,
        ],
      };
    });
  const run = (lines: string[]) => {
    const script = ['set -e', ...lines].join('\n');
    return runScript(context, sandbox, {
      script,
      problem: 'The folders of the step could not be placed',
      signal,
    });
  };
  await run(folders.flatMap(({ place }) => place));
  return { remove: () => run(folders.reverse().flatMap(({ restore }) => restore)) };
}
