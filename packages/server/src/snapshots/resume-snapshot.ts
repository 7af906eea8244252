import type { Context } from '../context.ts';
import { makeId } from '../make-id.ts';
import { endedSandbox, isGone, notReady, unknownSandbox } from '../sandboxes/ended.ts';
import { startSandbox } from '../sandboxes/start-sandbox.ts';
import { withTrafficToken } from '../sandboxes/traffic-token.ts';
import type { NewSandbox, Sandbox } from '../store/records.ts';
import { savedSettings } from '../store/snapshots/saved-settings.ts';
import type { Snapshot } from '../store/snapshots/snapshot.ts';
import { corruptSnapshot, lookUpSnapshot, type SnapshotAddress } from './find-snapshot.ts';
import { pauseSnapshotId } from './pause-snapshot-id.ts';
import { resumePaused } from './resume-paused.ts';
import { requireSnapshotRoom } from './snapshot-quota.ts';

/**
 * Starts a sandbox from a snapshot and resolves when it takes commands. The snapshot of a pause is resumed once:
 * whoever asks again gets the sandbox that has gone on from it.
 *
 * @throws {ApiError} `snapshot_not_found`; `sandbox_not_found` when the sandbox of the pause has ended; what starts
 * throw.
 */
export async function resumeSnapshot(context: Context, address: SnapshotAddress): Promise<Sandbox> {
  const snapshot = await lookUpSnapshot(context, address);
  if (snapshot.createdVia === 'snapshot') return startCopy(context, snapshot);
  if (snapshot.status !== 'used') {
    const resumed = await resumePaused(context, { snapshotId: snapshot.id, sandboxId: snapshot.sandboxId });
    if (resumed) return resumed;
  }
  return goOn(context, snapshot);
}

/** What became of a sandbox that is not paused under this snapshot any more; one that is paused anew is resumed. */
async function goOn(context: Context, { executionId, sandboxId, tenantId }: Snapshot): Promise<Sandbox> {
  const sandbox = await context.store.findExecution(executionId);
  if (!sandbox) throw unknownSandbox(sandboxId);
  if (isGone(sandbox) || sandbox.status === 'error') throw endedSandbox(sandbox);
  if (sandbox.status === 'running') return sandbox;
  if (sandbox.status !== 'paused') throw notReady(sandbox);
  return resumeSnapshot(context, { tenantId, snapshotId: pauseSnapshotId(sandbox.id) });
}

async function startCopy(context: Context, snapshot: Snapshot): Promise<Sandbox> {
  if (snapshot.status === 'corrupt') throw corruptSnapshot(snapshot.id, snapshot.corruptFile ?? '');
  await requireSnapshotRoom(context, snapshot);
  return startSandbox(context, { sandbox: withTrafficToken(copyOf(snapshot)) });
}

function copyOf(snapshot: Snapshot): NewSandbox {
  return {
    ...savedSettings(snapshot),
    id: makeId('sandbox'),
    tenantId: snapshot.tenantId,
    metadata: snapshot.metadata,
    createdAt: Date.now(),
    origin: 'resume_from_snapshot',
    sourceId: snapshot.sandboxId,
    fromSnapshotId: snapshot.id,
  };
}
