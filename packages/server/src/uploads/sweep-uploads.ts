import { isGone } from '../sandboxes/ended.ts';
import type { Uploads } from './uploads.ts';

const EVERY_MS = 60_000;
/** How long an upload that has ended can be asked about. */
const KEEP_ENDED_MS = 7 * 24 * 3600 * 1000;

/** Ends uploads whose time is over or whose sandbox has ended, and removes what belongs to none. Returns how to stop. */
export function startSweeping(uploads: Uploads): () => void {
  const sweep = () => {
    sweepUploads(uploads).catch((error: unknown) => {
      uploads.context.log.warn({ err: error }, 'old uploads were not removed');
    });
  };
  const timer = setInterval(sweep, EVERY_MS);
  timer.unref();
  sweep();
  return () => clearInterval(timer);
}

export async function sweepUploads(uploads: Uploads, now = Date.now()): Promise<void> {
  const { store } = uploads.context;
  const kept = new Set<string>();
  // Those that are opened while this runs have no folder that it has seen.
  const folders = await uploads.staging.folders();
  for (const upload of await store.listUnfinishedUploads()) {
    const sandbox = await store.findExecution(upload.executionId);
    const isOver = !sandbox || isGone(sandbox) || upload.expiresAt <= now;
    if (isOver) await uploads.inTurn(upload.id, () => uploads.end(upload, 'expired'));
    else kept.add(upload.id);
  }
  for (const id of folders) {
    if (kept.has(id)) await uploads.staging.dropCutOff(id);
    else await uploads.staging.remove(id);
  }
  await store.deleteEndedUploads(now - KEEP_ENDED_MS);
}
