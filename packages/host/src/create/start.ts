import type { Socket } from 'node:net';
import type { Slot, StartRequest } from '@nullspace/runtime';
import { GuestAgent } from '../connect/guest-agent.ts';
import type { HostContext } from '../context.ts';
import { setDeadlineTimer } from '../deadline/deadline-timer.ts';
import { watchGuard } from '../guard/watch-guard.ts';
import { commit } from '../instance/commit.ts';
import { makeAgentToken } from '../instance/ids.ts';
import type { Phases } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { policyOf } from '../network/policy.ts';
import { watchAgent } from '../watch/watch-agent.ts';
import { watchEngine } from '../watch/watch-engine.ts';
import { withDeadline } from '../with-deadline.ts';
import { configure } from './configure.ts';
import { operationOf } from './operation-of.ts';

const agentPort = 49983;
const longestTimerMs = 2 ** 31 - 1;

/**
 * Takes an instance whose journal says `creating` through all phases until it runs. Rejects when a phase fails,
 * takes too long, or the instance was ended meanwhile; the caller then ends it.
 */
export async function startInstance(host: HostContext, instance: TrackedInstance): Promise<void> {
  const { timing } = host;
  const operation = operationOf(instance.record);
  const signal = AbortSignal.any([instance.ended.signal, host.closing.signal]);
  const phases: Phases = { queue_ms: 0, slot_ms: 0, engine_ms: 0, agent_ms: 0, configure_ms: 0 };
  const timed = async <T>(phase: keyof Phases, work: Promise<T>): Promise<T> => {
    const from = performance.now();
    try {
      return await work;
    } finally {
      phases[phase] = Math.round((performance.now() - from) * 1000) / 1000;
    }
  };
  const leave = await timed('queue_ms', enterGate(host, instance, signal));
  try {
    const slot = await timed('slot_ms', takeSlot(host, instance, signal));
    host.reach(`${operation}.after_slot`);
    const bootToken = makeAgentToken();
    await timed('engine_ms', startEngine(host, instance, { slot, bootToken, signal }));
    host.reach(`${operation}.after_engine`);
    watchEngine(host, instance);
    const address = `${slot.guestAddress}:${agentPort}`;
    const listening = host.agents.waitUntilListening(address, signal);
    const connection = await timed(
      'agent_ms',
      withDeadline(listening, { what: "the agent's first answer", ms: timing.agentMs, signal }),
    );
    host.reach(`${operation}.after_agent`);
    keepOpen(instance, connection);
    const token = makeAgentToken();
    await timed('configure_ms', configureStarted(host, instance, { address, bootToken, token, signal }));
    host.reach(`${operation}.after_configure`);
    await becomeRunning(host, instance, { slot: slot.index, address, token, phases, signal });
    host.reach(`${operation}.after_running`);
  } finally {
    // A start that nobody waits for any longer still takes its share of the processors.
    const settled = Promise.allSettled(instance.pending);
    void withDeadline(settled, { what: 'a step of the start', ms: timing.engineMs }).then(leave, leave);
  }
}

function enterGate(
  { gate, timing }: HostContext,
  { sandboxId }: TrackedInstance,
  signal: AbortSignal,
): Promise<() => void> {
  // One that is for later lets everybody else start first, however long that takes.
  return sandboxId
    ? gate.enter({ ms: timing.queueMs, signal })
    : gate.enter({ ms: longestTimerMs, signal, yielding: true });
}

function takeSlot(host: HostContext, instance: TrackedInstance, signal: AbortSignal): Promise<Slot> {
  const acquiring = host.network.acquire(policyOf(instance.record.spec));
  const taking = acquiring.then((slot) => {
    instance.slot = slot;
    return slot;
  });
  return withDeadline(instance.track(taking), {
    what: 'taking a network slot',
    ms: host.timing.slotMs,
    signal,
  });
}

function startEngine(
  host: HostContext,
  instance: TrackedInstance,
  options: { slot: Slot; bootToken: string; signal: AbortSignal },
): Promise<void> {
  const start = async () => {
    await host.network.prepare(options.slot);
    const request = describeStart(host, instance, options);
    const { source } = instance;
    if (!source) return await host.engine.start(request);
    const letGo = host.snapshots.hold(source.snapshot_id);
    try {
      await host.engine.restore({
        ...request,
        snapshot: host.snapshots.filesOf(source.snapshot_id),
        imageDigest: source.spec.image,
        // That of a fork was saved for it a moment ago.
        verified: source.purpose === 'fork',
      });
    } finally {
      letGo();
    }
  };
  return withDeadline(instance.track(start()), {
    what: `starting the instance with ${host.engine.name}`,
    ms: instance.source ? host.timing.restoreMs : host.timing.engineMs,
    signal: options.signal,
  });
}

function describeStart(
  host: HostContext,
  { id, folder, sandboxId, record: { spec } }: TrackedInstance,
  { slot, bootToken }: { slot: Slot; bootToken: string },
): StartRequest {
  return {
    id,
    image: host.images.pathOf(spec.image),
    folder,
    limits: { vcpus: spec.vcpus, memoryMb: spec.memory_mb, diskMb: spec.disk_mb },
    slot,
    hostname: spec.hostname,
    env: {
      NULLSPACE_AGENT_TOKEN: bootToken,
      NULLSPACE_AGENT_LISTEN: `:${agentPort}`,
      // By this an agent tells that it is a copy, and which.
      NULLSPACE_RESTORE_ID: id,
      // What it does before the caller's first command takes time that others need who start now.
      ...(sandboxId && host.gate.isShared ? { NULLSPACE_AGENT_REHEARSE: 'no' } : {}),
    },
  };
}

function configureStarted(
  host: HostContext,
  instance: TrackedInstance,
  options: { address: string; bootToken: string; token: string; signal: AbortSignal },
): Promise<void> {
  const { address, bootToken, token, signal } = options;
  // Of files alone there are no processes that had to learn that they were copied.
  const restored = instance.source?.kind === 'memory';
  const timeoutMs = restored ? host.timing.hooksMs : host.timing.configureMs;
  const { spec: whole } = instance.record;
  // A copy stays in the folder that it was saved in, be it there or not.
  const spec = restored && !instance.asTemplate ? { ...whole, cwd: '' } : whole;
  return configure(host, instance, {
    ...{ spec, address, timeoutMs, signal },
    after: restored ? 'restore' : 'start',
    tokens: { now: bootToken, next: token },
  });
}

/** By the connection by which the agent was found it is configured, is made a sandbox's, and tells of its guards. */
function keepOpen(instance: TrackedInstance, connection: Socket | undefined): void {
  const line = new GuestAgent({ idleMs: 0 });
  if (connection) line.use(connection);
  instance.line = line;
  const { signal } = instance.ended;
  if (signal.aborted) line.destroy();
  else signal.addEventListener('abort', () => line.destroy(), { once: true });
}

async function becomeRunning(
  host: HostContext,
  instance: TrackedInstance,
  running: { slot: number; address: string; token: string; phases: Phases; signal: AbortSignal },
): Promise<void> {
  // From here to the change of the record nothing else runs, so an end cannot be overwritten.
  running.signal.throwIfAborted();
  const now = Date.now();
  const { timeout_ms: timeoutMs } = instance.record;
  instance.record = {
    ...instance.record,
    state: 'running',
    slot: running.slot,
    agent_address: running.address,
    agent_token: running.token,
    started_unix_ms: now,
    deadline_unix_ms: timeoutMs > 0 ? now + timeoutMs : 0,
    phases: running.phases,
  };
  await commit(instance, host.changes);
  running.signal.throwIfAborted();
  setDeadlineTimer(host, instance);
  watchAgent(host, instance);
  // Nothing runs in one that waits for its sandbox.
  if (instance.sandboxId) watchGuard(host, instance);
}
