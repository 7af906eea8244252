import type { Store } from '../store/store.ts';
import type { StoredBuild } from '../store/templates/template.ts';
import { cancelledEntry } from './log/cancelled-entry.ts';

/** Ends a build that no server runs. One that has ended stays as it is. */
export async function cancelWaiting(
  store: Store,
  build: StoredBuild,
  reason: string | undefined,
): Promise<void> {
  const now = Date.now();
  const entry = cancelledEntry(build, { reason, offset: await store.nextLogOffset(build.id), now });
  await store.updateBuild(build.id, {
    from: ['waiting', 'building'],
    change: {
      status: 'cancelled',
      cancelRequestedAt: now,
      cancellationReason: reason ?? null,
      finishedAt: now,
    },
    now,
    log: [entry],
  });
}
