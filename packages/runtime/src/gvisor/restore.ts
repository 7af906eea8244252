import type { RestoreRequest, SnapshotManifest } from '../engine.ts';
import { checkFit } from '../snapshots/check-fit.ts';
import { readManifest } from '../snapshots/manifest.ts';
import { openFile, verifyFiles } from '../snapshots/verify.ts';
import type { EngineContext } from './engine-context.ts';
import { mayExceedStart } from './limits.ts';
import { loadBehind } from './load-behind.ts';
import { findLate, readsDirectly } from './pages.ts';
import type { InstanceRecord } from './records.ts';
import { start } from './start.ts';

/** Starts an instance from a snapshot. */
export async function restore(context: EngineContext, request: RestoreRequest): Promise<void> {
  const { id, snapshot, verified } = request;
  const manifest = await readManifest(snapshot);
  checkFit(manifest, await context.identity(), request);
  const late = findLate(manifest);
  const first = verified ? [] : manifest.files.filter((file) => file !== late);
  // Open from here on: the folder may be removed as soon as the restore has resolved.
  const pages = late && !verified ? { file: late, handle: await openFile(snapshot, late) } : undefined;
  try {
    await start(context, request, {
      args: await restoreCommand(manifest, snapshot),
      restoring: true,
      // Looking for the moment costs as much as reading a small snapshot.
      filling: mayExceedStart(manifest.sizeBytes, request.limits),
      loading: late !== undefined,
      cpuFeatures: manifest.cpuFeatures,
      verifying: pages && snapshot,
      check: async (signal) => await verifyFiles(snapshot, first, { signal }),
    });
  } catch (error) {
    await pages?.handle.close();
    throw error;
  }
  if (late) loadBehind(context, id, pages);
}

/** Goes on with what an earlier process of ours had begun while pages of an instance load. */
export async function resumeLoad(context: EngineContext, record: InstanceRecord): Promise<void> {
  const { id, loading = false, verifying: snapshot } = record;
  if (!loading && !snapshot) return;
  const file = snapshot && (await readManifest(snapshot).then(findLate, () => undefined));
  // Without the folder there is nothing left to compare.
  const handle = snapshot && file && (await openFile(snapshot, file).catch(() => undefined));
  loadBehind(context, id, file && handle ? { file, handle } : undefined);
}

async function restoreCommand(manifest: SnapshotManifest, folder: string): Promise<string[]> {
  if (manifest.kind === 'filesystem') return ['run', `--fs-restore-image-path=${folder}`];
  const command = ['restore', `--image-path=${folder}`];
  if (!findLate(manifest)) return command;
  return [...command, '--background', ...((await readsDirectly(manifest, folder)) ? ['--direct'] : [])];
}
