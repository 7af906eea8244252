import type { Logger } from 'pino';
import type { Store } from './store/store.ts';

const EVERY_MS = 3600 * 1000;
/** How long an ended sandbox can be asked about. */
const KEEP_ENDED_MS = 7 * 24 * 3600 * 1000;

/** Deletes old records from time to time. Returns how to stop. */
export function startPurging(store: Store, log: Logger): () => void {
  const purge = () => {
    const now = Date.now();
    store.purgeExpired({ now, endedBefore: now - KEEP_ENDED_MS }).catch((error: unknown) => {
      log.warn({ err: error }, 'old records were not deleted');
    });
  };
  const timer = setInterval(purge, EVERY_MS);
  timer.unref();
  purge();
  return () => clearInterval(timer);
}
