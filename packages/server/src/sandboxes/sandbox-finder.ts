import { setTimeout as sleep } from 'node:timers/promises';
import { isIdLike } from '@nullspace/contract';
import { readHostError } from '@nullspace/host';
import { host } from '@nullspace/proto';
import { ApiError } from '../api-error.ts';
import { HOST_PATIENCE_MS } from '../fleet/call-host.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import type { Sandbox } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import { endedSandbox, isGone, notReady, pausedSandbox, unknownSandbox } from './ended.ts';

/** How long the end or the pause of an instance may trail behind the first call that it refuses. */
const CHANGE_LAG_MS = 5000;

/** A sandbox of a tenant. */
export interface SandboxAddress {
  tenantId: string;
  sandboxId: string;
}

/** Finds sandboxes of a tenant, and says why they cannot be found. */
export class SandboxFinder {
  readonly #store: Store;
  readonly #fleet: Fleet;

  constructor(options: { store: Store; fleet: Fleet }) {
    this.#store = options.store;
    this.#fleet = options.fleet;
  }

  /**
   * The record of a sandbox that is not gone; one that ended in an error is readable. An id that a resume has
   * replaced leads to the sandbox as it is now.
   *
   * @throws {ApiError} `sandbox_not_found`.
   */
  async read(address: SandboxAddress): Promise<Sandbox> {
    const { tenantId, sandboxId: id } = address;
    if (!isIdLike(id)) throw unknownSandbox(id);
    const sandbox =
      (await this.#store.getSandbox({ tenantId, id })) ?? (await this.#store.followAlias({ tenantId, id }));
    return this.#refuseGone(sandbox, id);
  }

  /**
   * The same, under its present id only.
   *
   * @throws {ApiError} `sandbox_not_found`, also for an id that a resume has replaced.
   */
  async readExact({ tenantId, sandboxId: id }: SandboxAddress): Promise<Sandbox> {
    const sandbox = isIdLike(id) ? await this.#store.getSandbox({ tenantId, id }) : undefined;
    return this.#refuseGone(sandbox, id);
  }

  #refuseGone(sandbox: Sandbox | undefined, sandboxId: string): Sandbox {
    if (!sandbox) throw unknownSandbox(sandboxId);
    if (isGone(sandbox)) throw endedSandbox(sandbox);
    return sandbox;
  }

  /**
   * The running instance of a sandbox. While the host is away the last known one is used, since guests are
   * reached directly.
   *
   * @throws {ApiError} `sandbox_not_found`, `sandbox_not_ready`, `sandbox_paused`, `host_unavailable`.
   */
  async findLive(named: SandboxAddress): Promise<LiveInstance> {
    const known = this.#lookUp(named);
    if (known) return known;
    const sandbox = await this.read(named);
    if (sandbox.status !== 'running') throw notReady(sandbox);
    const address = { tenantId: named.tenantId, sandboxId: sandbox.id };
    const renamed = this.#lookUp(address);
    if (renamed) return renamed;
    if (!(await this.#fleet.link.waitUntilConnected(HOST_PATIENCE_MS))) {
      throw new ApiError('host_unavailable', {}, { retryAfterSecs: 1 });
    }
    const live = this.#lookUp(address);
    if (live) return live;
    const now = await this.read(address);
    throw notReady(now);
  }

  /** Why calls to this instance fail: its sandbox has ended or is paused. Undefined: as far as anyone knows it runs. */
  async describeEnd(live: LiveInstance): Promise<ApiError | undefined> {
    if (!live.ended.aborted) await this.#askHost(live.sandboxId);
    const sandbox = await this.#store.findSandbox(live.sandboxId);
    if (!sandbox) {
      const resumed = await this.#store.followAlias({ id: live.sandboxId });
      return resumed
        ? pausedSandbox(live.sandboxId, { resumedAs: resumed.id })
        : unknownSandbox(live.sandboxId);
    }
    if (sandbox.status === 'paused') return pausedSandbox(sandbox.id);
    if (isGone(sandbox) || sandbox.status === 'error') return endedSandbox(sandbox);
    return undefined;
  }

  #lookUp({ tenantId, sandboxId }: SandboxAddress): LiveInstance | undefined {
    const live = this.#fleet.live.get(sandboxId);
    if (!live || live.isOver || live.tenantId !== tenantId) return undefined;
    if (live.instance.state !== host.State.RUNNING) return undefined;
    if (live.instance.deadlineAction === host.DeadlineAction.PAUSE) return live;
    const deadline = Number(live.instance.deadlineUnixMs);
    return deadline > 0 && deadline <= Date.now() ? undefined : live;
  }

  /** Why the host refused a call that needs the sandbox to run. The host may be about to tell, or in the middle of it. */
  async explainRefusal({ id, tenantId }: Sandbox): Promise<ApiError> {
    await this.#askHost(id);
    const live = this.#fleet.live.get(id);
    if (live) await sleep(CHANGE_LAG_MS, undefined, { signal: live.ended }).catch(() => undefined);
    return this.read({ tenantId, sandboxId: id }).then(notReady, (gone: ApiError) => gone);
  }

  async #askHost(sandboxId: string): Promise<void> {
    const { client } = this.#fleet.link;
    try {
      const { instance } = await client.getInstance({ sandboxId }, { timeoutMs: 2000 });
      if (instance) await this.#fleet.projection.onChanged(instance);
    } catch (error) {
      // A host that is away tells it when it comes back.
      if (readHostError(error)?.code !== 'instance_not_found') return;
      this.#fleet.live.end(sandboxId);
    }
  }
}
