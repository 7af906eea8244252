import { describeFailure } from '../agent/describe-failure.ts';
import type { HostContext } from '../context.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { pause } from '../with-deadline.ts';
import type { GuardKill } from './guard-kill.ts';

// An agent remembers this many kills, which come in one go; an honest one adds at most one every few seconds.
const burst = 100;
const oneEveryMs = 1000;

/**
 * Listens to the guards of a guest: each kill is logged and told to watchers, and explains the end of the guest if that
 * follows. A flood is read no faster than honest agents send.
 */
export function watchGuard(host: HostContext, instance: TrackedInstance): void {
  const signal = AbortSignal.any([instance.ended.signal, host.closing.signal]);
  const { guardDelayMs, guardRetryMs } = host.timing;
  const watch = async () => {
    // What happened before is told then: a start has better things to do than to open another connection.
    await pause(guardDelayMs * (0.75 + Math.random() / 2), signal);
    // A copy's agent remembers kills in the guest that it is a copy of.
    let heardUntil = instance.record.started_unix_ms;
    let allowed = burst;
    while (!signal.aborted) {
      const before = heardUntil;
      try {
        for await (const kill of listen(host, instance, signal)) {
          if (allowed < 1) await pause(oneEveryMs, signal);
          else allowed -= 1;
          if (signal.aborted) return;
          // Remembered by the agent, and heard on an earlier connection.
          if (kill.atUnixMs <= before) continue;
          heardUntil = Math.max(heardUntil, kill.atUnixMs);
          note(host, instance, kill);
        }
      } catch (error) {
        if (signal.aborted) return;
        report(host, instance, error);
      }
      await pause(guardRetryMs * (0.75 + Math.random() / 2), signal);
    }
  };
  void watch();
}

function listen(host: HostContext, instance: TrackedInstance, signal: AbortSignal): AsyncIterable<GuardKill> {
  const { agent_address: address, agent_token: token } = instance.record;
  return host.agents.watchGuard({ address, token, line: instance.line }, signal);
}

function note(host: HostContext, instance: TrackedInstance, kill: GuardKill): void {
  const { id: instance_id, sandboxId } = instance;
  const { guard, pid, command } = kill;
  instance.lastKill = { guard, at: performance.now() };
  host.log.warn({ instance_id, sandbox_id: sandboxId, guard, pid, command }, 'a guard ended a command');
  host.changes.tell({ sandboxId, kill });
}

// A guest that stands still for a save ends the stream, as does one that is just ending.
function report(host: HostContext, instance: TrackedInstance, error: unknown): void {
  if (instance.still) return;
  const { id: instance_id, sandboxId: sandbox_id } = instance;
  host.log.debug({ instance_id, sandbox_id, cause: describeFailure(error) }, 'the guards were not heard');
}
