import type { FileHandle } from 'node:fs/promises';
import type { SnapshotFile } from '../engine.ts';
import type { EngineContext } from './engine-context.ts';
import { lowerOnceLoaded } from './lower-once-loaded.ts';
import { verifyBehind } from './verify-behind.ts';

/** A file that is open to be compared with its checksums. */
export interface OpenPages {
  file: SnapshotFile;
  handle: FileHandle;
}

/** What there is to do while the pages of an instance load: check them, and bring its limits back in the end. */
export function loadBehind(context: EngineContext, id: string, pages: readonly OpenPages[]): void {
  const abort = new AbortController();
  const { signal } = abort;
  const work = [
    lowerOnceLoaded(context, id, signal),
    ...(pages.length > 0 ? [verifyBehind(context, id, pages, signal)] : []),
  ];
  const done = Promise.allSettled(work)
    .then(() => {})
    .finally(() => context.loading.delete(id));
  context.loading.set(id, { abort, done });
}
