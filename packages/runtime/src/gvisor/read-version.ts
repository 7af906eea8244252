import { stat } from 'node:fs/promises';
import { run } from '../processes/run.ts';

/** Reads the version line of a program, again only when its file has changed: asking costs a process of 30 ms. */
export function createVersionReader(program: string): () => Promise<string> {
  let known: { file: string; version: Promise<string> } | undefined;
  return async () => {
    const { dev, ino, size, mtimeNs } = await stat(program, { bigint: true });
    const file = [dev, ino, size, mtimeNs].join(' ');
    if (known?.file !== file) {
      const version = readVersion(program);
      known = { file, version };
      version.catch(() => {
        known = undefined;
      });
    }
    return await known.version;
  };
}

async function readVersion(program: string): Promise<string> {
  return (await run(program, ['--version'])).split('\n', 1)[0] ?? '';
}
