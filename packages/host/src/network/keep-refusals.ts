import { setTimeout as sleep } from 'node:timers/promises';
import type { HostContext } from '../context.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { removeRefusals, writeRefusals } from './kept-refusals.ts';

/**
 * Keeps what was refused instances on disk, so that it outlives this process. Guests decide how often there is something new:
 * so it is written some time after, for all of it at once.
 *
 * @returns Writes what is not yet on disk, and ends.
 */
export function startKeepingRefusals(host: HostContext): () => Promise<void> {
  const written = new WeakMap<TrackedInstance, number>();
  const ending = new AbortController();
  const ended = AbortSignal.any([ending.signal, host.closing.signal]);

  async function keep(instance: TrackedInstance): Promise<void> {
    const { slot, record, folder } = instance;
    if (!slot || record.state !== 'running') return;
    const refusals = host.network.refusals(slot);
    // What an earlier process has written is read again before anything else is refused.
    if (refusals.total === (written.get(instance) ?? 0)) return;
    written.set(instance, refusals.total);
    try {
      await writeRefusals(folder, refusals);
    } catch (error) {
      written.delete(instance);
      if (instance.record.state === 'running') throw error;
    }
    // Of one that has ended meanwhile nothing may be left.
    if (instance.record.state !== 'running') await removeRefusals(folder);
  }

  async function keepAll(): Promise<void> {
    for (const instance of host.registry.all()) {
      await keep(instance).catch((error) => {
        host.log.warn({ err: error, instance_id: instance.id }, 'its log of refusals is not on disk');
      });
    }
  }

  async function run(): Promise<void> {
    while (!ended.aborted) {
      await sleep(host.timing.refusalsMs, undefined, { signal: ended, ref: false }).catch(() => {});
      if (!host.closing.signal.aborted) await keepAll();
    }
  }

  const running = run();
  return async () => {
    ending.abort();
    await running;
  };
}
