import type { HostContext } from '../context.ts';
import { inParallel } from '../in-parallel.ts';
import { isFinal } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { wakeAgent } from '../pause/quiet-agent.ts';
import { thaw } from '../pause/thaw.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';

const atOnce = 8;

/** What a save or a removal left that an earlier process did not end. */
export interface Unfinished {
  id: string;
  record: SnapshotRecord | undefined;
}

/**
 * Removes what belongs to no operation any more: saves and removals that were cut off, snapshots of forks, and those
 * of pauses of which no journal tells. Instances that such a save left standing still go on.
 */
export async function recoverSnapshots(host: HostContext, unfinished: readonly Unfinished[]): Promise<void> {
  const { snapshots, registry } = host;
  const byId = new Map(registry.all().map((instance) => [instance.id, instance]));
  const leftOver = snapshots.all().filter((record) => isLeftOver(record, byId.get(record.instance_id)));
  const all: Unfinished[] = [
    ...unfinished,
    ...leftOver.map((record) => ({ id: record.snapshot_id, record })),
  ];
  await inParallel(all, atOnce, async ({ id, record }) => {
    const source = record && byId.get(record.instance_id);
    try {
      // Before its source goes on: a snapshot that is then out of date must never be used.
      await snapshots.invalidate(id);
      if (source && !isFinal(source.record)) await wake(host, source, record);
      await snapshots.removeFolder(id);
    } catch (error) {
      host.log.error({ snapshot_id: id, err: error }, 'what is left of a snapshot could not be removed');
    }
  });
}

function isLeftOver({ purpose }: SnapshotRecord, source: TrackedInstance | undefined): boolean {
  if (purpose === 'fork') return true;
  return purpose === 'pause' && source !== undefined && source.record.state !== 'paused';
}

async function wake(host: HostContext, source: TrackedInstance, { purpose }: SnapshotRecord): Promise<void> {
  const log = { instance_id: source.id, sandbox_id: source.sandboxId };
  host.log.info(log, 'a save was cut off; the instance goes on');
  await thaw(host, source);
  if (purpose !== 'pause') return;
  await wakeAgent(host, source).catch((error) => {
    host.log.warn({ ...log, err: error }, 'the agent was not told to go on');
  });
}
