import { sweepBuilds } from './builds/cache/sweep-builds.ts';
import type { Context } from './context.ts';

const DAY_MS = 24 * 3600 * 1000;
const EVERY_MS = 3600 * 1000;
/** How long an ended sandbox can be asked about. */
const KEEP_ENDED_MS = 7 * DAY_MS;

/** Deletes old records, and what builds keep in vain, from time to time. Returns how to stop. */
export function startPurging(context: Context): () => void {
  const { store, settings, log } = context;
  const purge = () => {
    const now = Date.now();
    const limits = {
      now,
      endedBefore: now - KEEP_ENDED_MS,
      eventsBefore: now - settings.events_keep_days * DAY_MS,
      eventsKept: settings.tenant_max_events,
    };
    store.purgeExpired(limits).catch((error: unknown) => {
      log.warn({ err: error }, 'old records were not deleted');
    });
    sweepBuilds(context, now).catch((error: unknown) => {
      log.warn({ err: error }, 'what builds keep in vain was not freed');
    });
  };
  const timer = setInterval(purge, EVERY_MS);
  timer.unref();
  purge();
  return () => clearInterval(timer);
}
