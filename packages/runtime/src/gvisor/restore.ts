import type { RestoreRequest, SnapshotFile, SnapshotManifest } from '../engine.ts';
import { checkFit } from '../snapshots/check-fit.ts';
import { readManifest } from '../snapshots/manifest.ts';
import { openFile, verifyFiles } from '../snapshots/verify.ts';
import type { EngineContext } from './engine-context.ts';
import { mayExceedStart } from './limits.ts';
import { loadBehind, type OpenPages } from './load-behind.ts';
import { findLate, readsDirectly } from './pages.ts';
import type { InstanceRecord } from './records.ts';
import { start } from './start.ts';

/** Starts an instance from a snapshot. */
export async function restore(context: EngineContext, request: RestoreRequest): Promise<void> {
  const { id, snapshot, verified } = request;
  const manifest = await readManifest(snapshot);
  checkFit(manifest, await context.identity(), request);
  const late = findLate(manifest);
  const first = verified ? [] : manifest.files.filter((file) => !late.includes(file));
  // Open from here on: the folder may be removed as soon as the restore has resolved.
  const pages = verified ? [] : await openAll(snapshot, late);
  try {
    await start(context, request, {
      args: await restoreCommand(manifest, snapshot),
      restoring: true,
      // Looking for the moment costs as much as reading a small snapshot.
      filling: mayExceedStart(manifest.sizeBytes, request.limits),
      loading: late.length > 0,
      cpuFeatures: manifest.cpuFeatures,
      verifying: pages.length > 0 ? snapshot : undefined,
      check: async (signal) => await verifyFiles(snapshot, first, { signal }),
    });
  } catch (error) {
    await closeAll(pages);
    throw error;
  }
  if (late.length > 0) loadBehind(context, id, pages);
}

/** Goes on with what an earlier process of ours had begun while pages of an instance load. */
export async function resumeLoad(context: EngineContext, record: InstanceRecord): Promise<void> {
  const { id, loading = false, verifying: snapshot } = record;
  if (!loading && !snapshot) return;
  const late = snapshot ? await readManifest(snapshot).then(findLate, () => []) : [];
  // Without the folder there is nothing left to compare.
  loadBehind(context, id, snapshot ? await openAll(snapshot, late).catch(() => []) : []);
}

async function openAll(folder: string, files: readonly SnapshotFile[]): Promise<OpenPages[]> {
  const opened: OpenPages[] = [];
  try {
    for (const file of files) opened.push({ file, handle: await openFile(folder, file) });
    return opened;
  } catch (error) {
    await closeAll(opened);
    throw error;
  }
}

async function closeAll(opened: readonly OpenPages[]): Promise<void> {
  await Promise.all(opened.map(({ handle }) => handle.close()));
}

async function restoreCommand(manifest: SnapshotManifest, folder: string): Promise<string[]> {
  if (manifest.kind === 'filesystem') return ['run', `--fs-restore-image-path=${folder}`];
  const command = ['restore', `--image-path=${folder}`];
  if (findLate(manifest).length === 0) return command;
  return [...command, '--background', ...((await readsDirectly(manifest, folder)) ? ['--direct'] : [])];
}
