import { readHostError } from '@nullspace/host';
import type { Context } from '../context.ts';
import type { BuildResult } from '../store/templates/template.ts';

/** Has the host free images and snapshots of builds that were deleted, unless something else needs them. */
export async function freeResults(
  { store, fleet, log }: Pick<Context, 'store' | 'fleet' | 'log'>,
  results: Pick<BuildResult, 'image' | 'snapshotId'>[],
): Promise<void> {
  try {
    for (const { snapshotId } of results) {
      if (snapshotId !== null) await fleet.call((client) => client.deleteSnapshot({ snapshotId }));
    }
    for (const image of new Set(results.map((result) => result.image))) {
      if (await store.isImageNeeded(image)) continue;
      await fleet
        .call((client) => client.deleteImage({ image }))
        .catch((error: unknown) => {
          // Snapshots of sandboxes may need it longer than its template.
          if (readHostError(error)?.code !== 'image_in_use') throw error;
        });
    }
  } catch (error) {
    log.warn({ err: error }, 'what a deleted template had made was not freed');
  }
}
