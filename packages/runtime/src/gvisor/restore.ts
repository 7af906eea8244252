import type { RestoreRequest, SnapshotManifest } from '../engine.ts';
import { checkFit } from '../snapshots/check-fit.ts';
import { readManifest } from '../snapshots/manifest.ts';
import { verifyFiles } from '../snapshots/verify.ts';
import type { EngineContext } from './engine-context.ts';
import { readIdentity } from './identity.ts';
import { start } from './start.ts';

/** Starts an instance from a snapshot. */
export async function restore(context: EngineContext, request: RestoreRequest): Promise<void> {
  const manifest = await readManifest(request.snapshot);
  checkFit(manifest, await readIdentity(context), request);
  await start(context, request, {
    args: restoreCommand(manifest, request.snapshot),
    restoring: true,
    check: async (signal) => await verifyFiles(request.snapshot, manifest.files, signal),
  });
}

function restoreCommand({ kind }: SnapshotManifest, folder: string): string[] {
  if (kind === 'filesystem') return ['run', `--fs-restore-image-path=${folder}`];
  return ['restore', `--image-path=${folder}`];
}
