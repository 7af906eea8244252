import { stat } from 'node:fs/promises';
import { listOpenFiles } from '../processes/open-files.ts';
import type { EngineContext } from './engine-context.ts';
import { instancePaths } from './paths.ts';

/**
 * What the writable layer of an instance takes on disk; undefined when it does not run. Its file has no name any
 * more and is found among the open ones of the sandbox's process.
 */
export async function readDiskUse({ records }: EngineContext, id: string): Promise<number | undefined> {
  const record = await records.read(id);
  if (!record?.sandbox) return undefined;
  const { upper } = instancePaths(record.folder);
  const files = new Map<number, number>();
  await Promise.all(
    listOpenFiles(record.sandbox.pid).map(async ({ path, target }) => {
      if (!target.startsWith(`${upper}/`)) return;
      const found = await stat(path).catch(() => undefined);
      if (found) files.set(found.ino, found.blocks * 512);
    }),
  );
  return [...files.values()].reduce((sum, bytes) => sum + bytes, 0);
}
