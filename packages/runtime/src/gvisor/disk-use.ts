import { stat } from 'node:fs/promises';
import { listOpenFiles } from '../processes/open-files.ts';
import type { EngineContext } from './engine-context.ts';
import { instancePaths } from './paths.ts';

export interface DiskUse {
  bytes: number;
  /** Its file has a name, in the instance's folder. With an older runsc it has none. */
  named: boolean;
}

/**
 * What the writable layer of an instance takes on disk; undefined when it does not run. Its file may have no name
 * and is found among the open ones of the sandbox's process.
 */
export async function readDiskUse({ records }: EngineContext, id: string): Promise<DiskUse | undefined> {
  const record = await records.read(id);
  if (!record?.sandbox) return undefined;
  const { upper } = instancePaths(record.folder);
  const files = new Map<number, DiskUse>();
  await Promise.all(
    listOpenFiles(record.sandbox.pid).map(async ({ path, target }) => {
      if (!target.startsWith(`${upper}/`)) return;
      const found = await stat(path).catch(() => undefined);
      if (found) files.set(found.ino, { bytes: found.blocks * 512, named: found.nlink > 0 });
    }),
  );
  return [...files.values()].reduce(
    (sum, { bytes, named }) => ({ bytes: sum.bytes + bytes, named: sum.named && named }),
    { bytes: 0, named: files.size > 0 },
  );
}
