import { describeFailure } from '../agent/describe-failure.ts';
import type { HostContext } from '../context.ts';
import { finish } from '../end/finish.ts';
import { explainByGuard } from '../guard/explain-by-guard.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { pause } from '../with-deadline.ts';

// A guest that takes this part of one processor computes; its agent may only be waiting for its turn.
const busyShare = 0.2;

/**
 * Asks the agent of a running instance now and then whether it lives, each instance at moments of its own. One
 * that is silent for long is ended as `agent_lost`; while its guest computes it gets more time.
 */
export function watchAgent(host: HostContext, instance: TrackedInstance): void {
  const { timing } = host;
  const signal = AbortSignal.any([instance.ended.signal, host.closing.signal]);
  const watch = async () => {
    let silence: Silence | undefined;
    while (!signal.aborted) {
      const every = silence ? timing.healthRetryMs : timing.healthMs;
      await pause(every * (0.75 + Math.random() / 2), signal);
      if (signal.aborted) return;
      if (instance.still) {
        silence = undefined;
        continue;
      }
      const { agent_address: address, agent_token: token } = instance.record;
      // That of a sandbox is taken up by its guards, and one more would stay open.
      const line = instance.sandboxId ? undefined : instance.line;
      try {
        await host.agents.checkHealth({ address, token, line }, timing.healthAnswerMs);
        silence = undefined;
      } catch (error) {
        if (instance.still) continue;
        silence ??= { since: performance.now(), cpuUsec: await readCpu(host, instance), tries: 0 };
        silence.tries += 1;
        if (await isLost(host, instance, silence)) {
          const seconds = Math.round((performance.now() - silence.since) / 1000);
          const message = `its agent gave no right answer for ${seconds} s: ${describeFailure(error)}`;
          const end = explainByGuard(instance, { state: 'error', reason: 'agent_lost', message });
          if (!signal.aborted) await finish(host, instance, end);
        }
      }
    }
  };
  void watch();
}

interface Silence {
  since: number;
  cpuUsec: number | undefined;
  tries: number;
}

async function isLost(host: HostContext, instance: TrackedInstance, silence: Silence): Promise<boolean> {
  const { silentMs, silentBusyMs } = host.timing;
  const silentFor = performance.now() - silence.since;
  if (silentFor < silentMs || silence.tries < 4) return false;
  if (silentFor >= silentBusyMs) return true;
  const cpuUsec = await readCpu(host, instance);
  if (cpuUsec === undefined || silence.cpuUsec === undefined) return true;
  return (cpuUsec - silence.cpuUsec) / 1000 < silentFor * busyShare;
}

async function readCpu(host: HostContext, instance: TrackedInstance): Promise<number | undefined> {
  const usage = await host.engine.usage(instance.id).catch(() => undefined);
  return usage?.cpuUsec;
}
