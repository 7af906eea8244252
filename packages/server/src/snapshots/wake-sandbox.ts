import type { Context } from '../context.ts';
import { pausedSandbox } from '../sandboxes/ended.ts';
import type { Sandbox } from '../store/records.ts';
import { pauseSnapshotId } from './pause-snapshot-id.ts';
import { resumeSnapshot } from './resume-snapshot.ts';

/**
 * A sandbox as it goes on when somebody visits it: a paused one that asked for it is resumed, once for all who come.
 *
 * @throws {ApiError} `sandbox_paused`; what a resume throws.
 */
export async function wakeSandbox(context: Context, sandbox: Sandbox): Promise<Sandbox> {
  if (sandbox.status !== 'paused') return sandbox;
  if (!sandbox.autoResume) throw pausedSandbox(sandbox.id);
  const { tenantId } = sandbox;
  return await resumeSnapshot(context, { tenantId, snapshotId: pauseSnapshotId(sandbox.id) });
}
