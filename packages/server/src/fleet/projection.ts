import { type HostClient, readHostError } from '@nullspace/host';
import type { host } from '@nullspace/proto';
import type { Logger } from 'pino';
import type { Sandbox } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { HostListener } from './host-link.ts';
import { isFinal, toChange } from './instance-change.ts';
import type { LiveInstances } from './live-instances.ts';

/** Keeps the store's records in step with what the host says. The host is right about everything that lives. */
export class Projection implements HostListener {
  readonly #store: Store;
  readonly #live: LiveInstances;
  readonly #client: HostClient;
  readonly #log: Logger;
  /** Sandboxes whose create runs in this process: their records are its business. */
  readonly creating = new Set<string>();
  /** Called with every sandbox that is settled: running or ended. */
  onSettled: (sandbox: Sandbox) => void = () => undefined;

  constructor(options: { store: Store; live: LiveInstances; client: HostClient; log: Logger }) {
    this.#store = options.store;
    this.#live = options.live;
    this.#client = options.client;
    this.#log = options.log;
  }

  async onAll(instances: host.Instance[]): Promise<void> {
    const present = new Set(instances.map((instance) => instance.sandboxId));
    for (const instance of instances) await this.onChanged(instance);
    for (const id of this.#live.ids()) if (!present.has(id)) await this.#endLost(id);
    for (const sandbox of await this.#store.listUnfinished()) {
      if (!present.has(sandbox.id)) await this.#endLost(sandbox.id);
      else if (sandbox.status === 'running') this.onSettled(sandbox);
    }
  }

  async onChanged(instance: host.Instance): Promise<void> {
    if (isFinal(instance)) return this.#recordEnd(instance);
    const live = this.#live.put(instance);
    const result = await this.#store.updateSandbox(instance.sandboxId, toChange(live.instance));
    const { sandbox } = result;
    if (!sandbox || sandbox.status === 'destroyed' || sandbox.status === 'error') {
      this.#live.end(instance.sandboxId);
      this.#log.warn({ sandbox_id: instance.sandboxId }, 'killing an instance without a live record');
      await this.kill(instance.sandboxId, 'manual');
      return;
    }
    live.tenantId = sandbox.tenantId;
    if (sandbox.status === 'running') this.onSettled(sandbox);
  }

  /** Ends an instance on the host; one that is not there is fine. */
  async kill(sandboxId: string, reason: string): Promise<host.Instance | undefined> {
    try {
      return (await this.#client.killInstance({ sandboxId, reason })).instance;
    } catch (error) {
      if (readHostError(error)?.code === 'instance_not_found') return undefined;
      throw error;
    }
  }

  async #recordEnd(instance: host.Instance): Promise<void> {
    const { sandboxId: sandbox_id, reason, message: detail } = instance;
    try {
      const { applied, sandbox } = await this.#store.updateSandbox(sandbox_id, toChange(instance));
      if (applied) this.#log.info({ sandbox_id, reason, detail }, 'sandbox ended');
      if (sandbox) this.onSettled(sandbox);
    } finally {
      // Calls that are broken off here read the reason from the record.
      this.#live.end(sandbox_id);
    }
    void this.#forget(sandbox_id);
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
    if (this.creating.has(sandboxId)) return;
    // The list may be older than the record: the host's word on this one is asked for.
    const found = await this.#find(sandboxId);
    if (found) return this.onChanged(found);
    const before = await this.#store.findSandbox(sandboxId);
    const started = before?.status === 'running';
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
