import { type HostClient, readHostError } from '@nullspace/host';
import { host } from '@nullspace/proto';
import type { Logger } from 'pino';
import { pauseSnapshotId } from '../snapshots/pause-snapshot-id.ts';
import type { Sandbox } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { HiddenInstances } from './hidden-instances.ts';
import type { HostListener } from './host-link.ts';
import { isFinal, toChange } from './instance-change.ts';
import type { LiveInstances } from './live-instances.ts';
import type { ResumedInstances } from './resumed-instances.ts';

/** The host answers a kill before the machine is clean; one that has not after this is not at work. */
const KILL_MS = 30_000;

/** Keeps the store's records in step with what the host says. The host is right about everything that lives. */
export class Projection implements HostListener {
  readonly #store: Store;
  readonly #live: LiveInstances;
  readonly #resumed: ResumedInstances;
  readonly #client: HostClient;
  readonly #log: Logger;
  readonly #hidden: HiddenInstances;
  /** News of running instances that are being recorded, by instance. */
  readonly #takingIn = new Map<string, { revision: bigint; done: Promise<Sandbox | undefined> }>();
  /** Sandboxes that are being made by this process: their records are its business. With the record, once one runs. */
  readonly #making = new Map<string, Sandbox | undefined>();
  /** Called with every sandbox that is settled: running, paused or ended. */
  onSettled: (sandbox: Sandbox) => void = () => undefined;
  /** Called with each command that a guard in its sandbox ended. */
  onGuardKill: (kill: host.GuardKill) => void = () => undefined;

  constructor(options: {
    store: Store;
    live: LiveInstances;
    hidden: HiddenInstances;
    resumed: ResumedInstances;
    client: HostClient;
    log: Logger;
  }) {
    this.#store = options.store;
    this.#resumed = options.resumed;
    this.#live = options.live;
    this.#hidden = options.hidden;
    this.#client = options.client;
    this.#log = options.log;
  }

  /** Makes sandboxes from before their records can be seen: one that nobody makes is taken for lost. */
  async whileMaking<Result>(ids: string[], make: () => Promise<Result>): Promise<Result> {
    for (const id of ids) this.#making.set(id, undefined);
    try {
      return await make();
    } finally {
      for (const id of ids) this.#making.delete(id);
    }
  }

  async onAll(instances: host.Instance[]): Promise<void> {
    const present = new Set(instances.map((instance) => instance.sandboxId));
    for (const instance of instances) await this.#takeIn(instance);
    for (const id of this.#live.ids()) if (!present.has(id)) await this.#endLost(id);
    for (const sandbox of await this.#store.listUnfinished()) {
      if (sandbox.status === 'paused') await this.#settlePaused(sandbox, present);
      else if (!present.has(sandbox.id)) await this.#endLost(sandbox.id);
      else if (sandbox.status === 'running') this.onSettled(sandbox);
    }
  }

  /**
   * Takes in news, once each: they come by the stream and with the answer of the call that caused them. Resolves with the
   * record of one that came up, unless it has to be read for that.
   */
  async onChanged(instance: host.Instance): Promise<Sandbox | undefined> {
    const { sandboxId, instanceId, revision } = instance;
    if (instance.state !== host.State.RUNNING) return this.#takeIn(instance);
    if (this.#live.get(sandboxId)?.isRecorded(instance)) return this.#making.get(sandboxId);
    const underway = this.#takingIn.get(instanceId);
    if (underway && underway.revision >= revision) return underway.done;
    const done = this.#takeIn(instance).finally(() => {
      if (this.#takingIn.get(instanceId)?.done === done) this.#takingIn.delete(instanceId);
    });
    this.#takingIn.set(instanceId, { revision, done });
    return done;
  }

  async #takeIn(instance: host.Instance): Promise<Sandbox | undefined> {
    if (this.#hidden.isHidden(instance.sandboxId)) await this.#onHidden(instance);
    else if (isFinal(instance)) await this.#recordEnd(instance);
    else if (instance.state === host.State.PAUSED) await this.#recordPause(instance);
    else return this.#takeInLive(instance);
    return undefined;
  }

  /** Resolves with the record of one that runs. */
  async #takeInLive(instance: host.Instance): Promise<Sandbox | undefined> {
    const live = this.#live.put(instance);
    // Whoever made it is about to run a command in it.
    if (this.#making.has(instance.sandboxId) && instance.state === host.State.RUNNING) live.guest.openAhead();
    const { sandbox } = await this.#update(live.instance);
    if (sandbox === 'starting') return undefined;
    if (!sandbox || sandbox.status === 'destroyed' || sandbox.status === 'error') {
      this.#live.end(instance.sandboxId);
      this.#log.warn({ sandbox_id: instance.sandboxId }, 'killing an instance without a live record');
      await this.kill(instance.sandboxId, 'manual');
      return undefined;
    }
    // An answer that was overtaken by a pause.
    if (sandbox.status === 'paused') {
      this.#live.end(instance.sandboxId);
      return undefined;
    }
    live.tenantId = sandbox.tenantId;
    live.defaultUser = sandbox.defaultUser;
    if (sandbox.status !== 'running') return undefined;
    live.noteRecorded(instance);
    if (this.#making.has(sandbox.id)) this.#making.set(sandbox.id, sandbox);
    this.onSettled(sandbox);
    return sandbox;
  }

  /** One that belongs to a build has no record; it is ended when its build is over. */
  async #onHidden(instance: host.Instance): Promise<void> {
    const { sandboxId } = instance;
    if (isFinal(instance)) {
      this.#hidden.onEnded(sandboxId, instance);
      void this.#forget(sandboxId);
    } else if (this.#hidden.isWanted(sandboxId)) {
      this.#live.put(instance);
    } else {
      await this.kill(sandboxId, 'manual');
    }
  }

  /** Records what the host says; an instance without a record may have come up from a pause. */
  async #update(instance: host.Instance) {
    const change = toChange(instance);
    const result = await this.#store.updateSandbox(instance.sandboxId, change);
    if (result.sandbox) return result;
    const outcome = await this.#resumed.adopt(instance);
    if (outcome === 'adopted') return this.#store.updateSandbox(instance.sandboxId, change);
    return { applied: false as const, sandbox: outcome === 'starting' ? ('starting' as const) : undefined };
  }

  /** Ends an instance on the host; one that is not there is fine. */
  async kill(sandboxId: string, reason: string): Promise<host.Instance | undefined> {
    try {
      return (await this.#client.killInstance({ sandboxId, reason }, { timeoutMs: KILL_MS })).instance;
    } catch (error) {
      if (readHostError(error)?.code === 'instance_not_found') return undefined;
      throw error;
    }
  }

  async #recordEnd(instance: host.Instance): Promise<void> {
    const { sandboxId: sandbox_id, reason, message: detail, fromSnapshotId } = instance;
    this.#live.noteOver(sandbox_id);
    try {
      const { applied, sandbox } = await this.#update(instance);
      if (applied) this.#log.info({ sandbox_id, reason, detail }, 'sandbox ended');
      if (applied && reason === 'snapshot_corrupt')
        await this.#store.markSnapshotCorrupt(fromSnapshotId, detail);
      if (sandbox && sandbox !== 'starting') this.onSettled(sandbox);
    } finally {
      // Calls that are broken off here read the reason from the record.
      this.#live.end(sandbox_id);
    }
    if (instance.pauseSnapshot) void this.#resumed.dropPause(sandbox_id);
    else void this.#forget(sandbox_id);
  }

  async #recordPause(instance: host.Instance): Promise<void> {
    const { sandboxId: sandbox_id, reason } = instance;
    this.#live.noteOver(sandbox_id);
    try {
      const { applied, sandbox } = await this.#update(instance);
      if (applied) this.#log.info({ sandbox_id, reason }, 'sandbox paused');
      if (sandbox && sandbox !== 'starting' && sandbox.status === 'paused') this.onSettled(sandbox);
      // It was resumed or destroyed before the host was told so.
      else void this.#resumed.dropPause(sandbox_id);
    } finally {
      // Calls that are broken off here read from the record that it is paused.
      this.#live.end(sandbox_id);
    }
  }

  /** An attempt to resume that the host does not list has never come up; the sandbox is paused as before. */
  async #settlePaused(sandbox: Sandbox, present: Set<string>): Promise<void> {
    const { resumingAs: newId } = sandbox;
    if (newId !== null && !present.has(newId) && !this.#making.has(newId)) {
      const failure = {
        code: 'start_failed',
        message: 'The server was interrupted before the host had started it.',
      };
      await this.#store.abandonResume({ newId, snapshotId: pauseSnapshotId(sandbox.id), failure });
    }
    this.onSettled(sandbox);
  }

  /** Tells the host that an end is recorded. What goes wrong is made good when the host lists the instance again. */
  async #forget(sandbox_id: string): Promise<void> {
    try {
      await this.#client.forgetInstances({ sandboxIds: [sandbox_id] });
    } catch (error) {
      this.#log.warn({ sandbox_id, err: error }, 'the host could not forget an ended instance');
    }
  }

  /** Ends the record of a sandbox that the host does not list. */
  async #endLost(sandboxId: string): Promise<void> {
    if (this.#making.has(sandboxId)) return;
    if (this.#hidden.isHidden(sandboxId)) {
      return this.#hidden.onEnded(sandboxId, {
        reason: 'host_lost',
        message: 'The host no longer knows it.',
      });
    }
    // The list may be older than the record: the host's word on this one is asked for.
    const found = await this.#find(sandboxId);
    if (found) {
      await this.#takeIn(found);
      return;
    }
    const before = await this.#store.findSandbox(sandboxId);
    if (!before || before.status === 'paused') return this.#live.end(sandboxId);
    const started = before.status === 'running';
    const { sandbox } = await this.#store.updateSandbox(sandboxId, {
      status: 'error',
      reason: started ? 'host_lost' : 'start_failed',
      message: started
        ? 'The host no longer knows the sandbox.'
        : 'The server was interrupted before the host had started the sandbox.',
      endedAt: Date.now(),
      actor: 'reconcile',
    });
    this.#live.end(sandboxId);
    this.#log.warn({ sandbox_id: sandboxId, started }, 'the host does not know a sandbox');
    if (sandbox) this.onSettled(sandbox);
  }

  async #find(sandboxId: string): Promise<host.Instance | undefined> {
    try {
      return (await this.#client.getInstance({ sandboxId })).instance;
    } catch (error) {
      if (readHostError(error)?.code === 'instance_not_found') return undefined;
      throw error;
    }
  }
}
