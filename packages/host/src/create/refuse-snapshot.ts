import type { HostContext } from '../context.ts';
import { HostError } from '../errors.ts';
import { snapshotRefusals } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { explainSnapshotError } from '../snapshots/explain.ts';

/** Records why the snapshot of a start was refused, and what is damaged. Undefined when it was not the snapshot. */
export async function refuseSnapshot(
  host: HostContext,
  instance: TrackedInstance,
  error: unknown,
): Promise<HostError | undefined> {
  const { from_snapshot_id: snapshot_id, sandbox_id } = instance.record;
  if (!snapshot_id) return undefined;
  const refusal = explainSnapshotError(error, { snapshot_id, sandbox_id });
  if (!(refusal instanceof HostError)) return undefined;
  const { field } = refusal;
  const code = snapshotRefusals.find((known) => known === refusal.code);
  if (!code) return undefined;
  if (code === 'snapshot_corrupt') {
    await host.snapshots.markCorrupt(snapshot_id, field).catch((failure) => {
      host.log.error({ snapshot_id, err: failure }, 'the damage could not be recorded');
    });
  }
  instance.record = { ...instance.record, refusal: { code, field } };
  return refusal;
}
