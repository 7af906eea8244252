import type { RestoreRequest, SnapshotFile, SnapshotManifest } from '../engine.ts';
import { checkFit } from '../snapshots/check-fit.ts';
import { readManifest } from '../snapshots/manifest.ts';
import { openFile, verifyFiles } from '../snapshots/verify.ts';
import type { EngineContext } from './engine-context.ts';
import { start } from './start.ts';
import { verifyBehind } from './verify-behind.ts';

/** Pages of a larger snapshot load, and are checked, while the guest runs. */
const CHECK_FIRST_BYTES = 256 * 1024 * 1024;

/** File of a memory snapshot that is read as the guest needs it. */
const PAGES = 'pages.img';

/** Starts an instance from a snapshot. */
export async function restore(context: EngineContext, request: RestoreRequest): Promise<void> {
  const { id, snapshot, verified } = request;
  const manifest = await readManifest(snapshot);
  checkFit(manifest, await context.identity(), request);
  const late = verified ? undefined : findLate(manifest);
  const first = verified ? [] : manifest.files.filter((file) => file !== late);
  // Open from here on: the folder may be removed as soon as the restore has resolved.
  const pages = late && { file: late, handle: await openFile(snapshot, late) };
  try {
    await start(context, request, {
      args: restoreCommand(manifest, snapshot),
      restoring: true,
      cpuFeatures: manifest.cpuFeatures,
      verifying: late && snapshot,
      check: async (signal) => await verifyFiles(snapshot, first, { signal }),
    });
  } catch (error) {
    await pages?.handle.close();
    throw error;
  }
  if (pages) verifyBehind(context, id, pages);
}

/** Goes on with the check that an earlier process of ours had begun. */
export async function resumeVerification(
  context: EngineContext,
  id: string,
  snapshot: string,
): Promise<void> {
  const file = await readManifest(snapshot).then(findLate, () => undefined);
  // Without the folder there is nothing left to compare.
  const handle = file && (await openFile(snapshot, file).catch(() => undefined));
  if (file && handle) verifyBehind(context, id, { file, handle });
}

function findLate({ kind, files }: SnapshotManifest): SnapshotFile | undefined {
  if (kind === 'filesystem') return undefined;
  return files.find(({ name, sizeBytes }) => name === PAGES && sizeBytes > CHECK_FIRST_BYTES);
}

function restoreCommand({ kind, files }: SnapshotManifest, folder: string): string[] {
  if (kind === 'filesystem') return ['run', `--fs-restore-image-path=${folder}`];
  const large = files.some(({ name, sizeBytes }) => name === PAGES && sizeBytes > CHECK_FIRST_BYTES);
  return ['restore', `--image-path=${folder}`, ...(large ? ['--background'] : [])];
}
