import type { Commands } from '../commands/commands.ts';
import { refuseEmbeddedLogin, withAuth } from './auth.ts';
import { runGit, runScript } from './run-git.ts';
import type { GitCloneOptions } from './types.ts';

export const defaultRepository = '/workspace';

/** Clones into a directory that is empty or missing. */
export async function cloneRepository(
  commands: Commands,
  url: string,
  path: string,
  options: GitCloneOptions,
): Promise<void> {
  refuseEmbeddedLogin(url, 'clone');
  const { branch, depth, auth, timeoutSecs, signal } = options;
  const run = { timeoutSecs, signal };
  const flags = [
    ...(branch ? ['-b', branch] : []),
    ...(depth === undefined ? [] : ['--depth', String(depth)]),
  ];
  await withAuth(commands, { auth, remote: url, name: 'clone', run }, async ({ settings, envs }) => {
    const words = [...settings, 'clone', ...flags, '--', url];
    if (path.replace(/\/+$/, '') !== defaultRepository)
      await runGit(commands, [...words, path], { ...run, envs });
    else await runScript(commands, cloneIntoWorkspace(words), 'clone', { ...run, envs });
  });
}

/** The platform keeps a folder in /workspace, so git finds it never empty: what it cloned is moved there. */
function cloneIntoWorkspace(words: readonly string[]): string {
  const clone = ['git', ...words].map(quote).join(' ');
  return `set -eu
target=${defaultRepository}
existing=$(find "$target" -mindepth 1 -maxdepth 1 ! -name .nullspace -printf '%P\\n' -quit)
if [ -n "$existing" ]; then
  echo "fatal: destination path '$target' already exists and is not an empty directory." >&2
  exit 128
fi
tmp=$(mktemp -d /tmp/nullspace-git-clone-XXXXXXXXXXXX)
trap 'rm -rf "$tmp"' EXIT
${clone} "$tmp"
if [ -e "$tmp"/.nullspace ] || [ -L "$tmp"/.nullspace ]; then
  echo "fatal: cloned repo root contains reserved path '.nullspace'" >&2
  exit 128
fi
find "$tmp" -mindepth 1 -maxdepth 1 -exec mv {} "$target"/ \\;`;
}

/** A word for the shell, whatever is in it. */
export function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
