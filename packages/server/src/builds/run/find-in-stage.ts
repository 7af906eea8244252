import { posix } from 'node:path';
import picomatch from 'picomatch';
import type { Context } from '../../context.ts';
import type { BuildSandbox } from './build-sandbox.ts';

/** Paths of a stage that a source means, in the order of their names: itself, or what its shell pattern matches. */
export async function findInStage(
  context: Context,
  sandbox: BuildSandbox,
  { source, signal }: { source: string; signal: AbortSignal },
): Promise<string[]> {
  const path = posix.resolve('/', source);
  if (!/[*?[]/.test(path) || (await isThere(path))) return [path];
  let found = ['/'];
  for (const part of path.split('/').filter((one) => one !== '')) {
    if (!/[*?[]/.test(part)) {
      found = found.map((folder) => posix.join(folder, part));
      continue;
    }
    const matches = picomatch(part, { dot: true, noextglob: true, nobrace: true, noglobstar: true });
    const lists = await Promise.all(found.map(namesIn));
    found = lists.flatMap(({ folder, names }) =>
      names.filter((name) => matches(name)).map((name) => posix.join(folder, name)),
    );
  }
  const there = await Promise.all(found.map(isThere));
  return found.filter((_, at) => there[at]).sort();

  function call<Result>(
    at: string,
    work: Parameters<typeof context.guests.call<Result>>[2],
  ): Promise<Result> {
    return context.guests.call(sandbox.live, { failure: 'guest_unavailable', path: at, signal }, work);
  }

  async function isThere(at: string): Promise<boolean> {
    const { info } = await call(at, ({ unary }, linked) =>
      unary.stat({ target: { path: at } }, { signal: linked }),
    );
    return info !== undefined;
  }

  async function namesIn(folder: string): Promise<{ folder: string; names: string[] }> {
    const isFolder = await call(folder, ({ unary }, linked) =>
      unary.stat({ target: { path: folder } }, { signal: linked }),
    );
    if (isFolder.info?.type !== 'dir') return { folder, names: [] };
    const { entries } = await call(folder, ({ unary }, linked) =>
      unary.listDirectory({ target: { path: folder } }, { signal: linked }),
    );
    return { folder, names: entries.map(({ name }) => name) };
  }
}
