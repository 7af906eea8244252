import type { Context } from '../context.ts';
import type { BuildResult } from '../store/templates/template.ts';

/** Has the host free images and snapshots of builds that were deleted, unless something else needs them. */
export async function freeResults(
  context: Pick<Context, 'store' | 'fleet' | 'log' | 'builds'>,
  results: Pick<BuildResult, 'image' | 'snapshotId'>[],
): Promise<void> {
  const { fleet, builds, log } = context;
  try {
    for (const { snapshotId } of results) {
      if (snapshotId !== null) await fleet.call((client) => client.deleteSnapshot({ snapshotId }));
    }
    for (const image of new Set(results.map((result) => result.image))) {
      await builds.artifacts.freeImage(context, image);
    }
  } catch (error) {
    log.warn({ err: error }, 'what a deleted template had made was not freed');
  }
}
