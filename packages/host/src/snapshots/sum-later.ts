import type { HostContext } from '../context.ts';

/**
 * Has the checksums made that a pause has left out, so that it could be answered sooner. Goes on behind whatever comes;
 * a removal of the snapshot calls it off, and so does the end of this process, after which the next one makes them.
 */
export async function sumLater(host: HostContext, snapshotId: string): Promise<void> {
  const { snapshots, engine, closing, log } = host;
  if (!snapshots.find(snapshotId)) return;
  const { removed, letGo } = snapshots.holdUntilRemoved(snapshotId);
  const signal = AbortSignal.any([removed, closing.signal]);
  try {
    await engine.sumSnapshot(snapshots.filesOf(snapshotId), signal);
  } catch (error) {
    // A damaged or missing file is found, and told, by who resumes the sandbox.
    if (!signal.aborted) {
      log.error({ snapshot_id: snapshotId, err: error }, 'checksums of a snapshot could not be made');
    }
  } finally {
    letGo();
  }
}

/** Goes on with those that an earlier process has left out, one after another. */
export async function sumLeftOut(host: HostContext): Promise<void> {
  const paused = host.snapshots.all().filter(({ purpose }) => purpose === 'pause');
  for (const { snapshot_id: id } of paused) {
    if (host.closing.signal.aborted) return;
    await sumLater(host, id);
  }
}
