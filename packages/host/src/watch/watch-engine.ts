import type { Ended } from '@nullspace/runtime';
import { describeFailure } from '../agent/describe-failure.ts';
import type { HostContext } from '../context.ts';
import { finish } from '../end/finish.ts';
import { explainByGuard } from '../guard/explain-by-guard.ts';
import type { End } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { pause } from '../with-deadline.ts';

const retryMs = 1000;

/** Ends the record of an instance when the engine says that the instance has ended. */
export function watchEngine(host: HostContext, instance: TrackedInstance): void {
  const signal = AbortSignal.any([instance.ended.signal, host.closing.signal]);
  const watch = async () => {
    while (!signal.aborted) {
      try {
        const ended = await host.engine.wait(instance.id, signal);
        if (signal.aborted) return;
        if (ended.cause === 'snapshot_corrupt') await markCorrupt(host, instance, ended);
        const end = describe(ended, instance.record.state === 'creating');
        await finish(host, instance, explainByGuard(instance, end));
        return;
      } catch (error) {
        if (signal.aborted) return;
        host.log.warn(
          { instance_id: instance.id, sandbox_id: instance.sandboxId, err: error },
          'waiting failed',
        );
      }
      await pause(retryMs, signal);
    }
  };
  void watch();
}

async function markCorrupt(host: HostContext, instance: TrackedInstance, ended: Ended): Promise<void> {
  const { from_snapshot_id: snapshotId } = instance.record;
  await host.snapshots.markCorrupt(snapshotId, ended.file ?? '').catch((error) => {
    host.log.error({ snapshot_id: snapshotId, err: error }, 'the damage could not be recorded');
  });
}

function describe(ended: Ended, creating: boolean): End {
  const said = describeFailure(ended.message);
  if (ended.cause === 'out_of_memory') {
    return { state: 'error', reason: 'out_of_memory', message: said || 'the guest used up its memory' };
  }
  if (ended.cause === 'snapshot_corrupt') {
    const message = `the snapshot that it was started from is damaged: ${said}`;
    return { state: 'error', reason: 'snapshot_corrupt', message };
  }
  if (creating) {
    return { state: 'error', reason: 'start_failed', message: `it ended before its agent answered: ${said}` };
  }
  return { state: 'error', reason: 'guest_crash', message: said || 'the guest ended by itself' };
}
