import type { NetworkPolicy } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import { endedSandbox, isGone } from '../sandboxes/ended.ts';
import { wakeSandbox } from '../snapshots/wake-sandbox.ts';
import type { Sandbox } from '../store/records.ts';
import { GuestAgent } from './guest-agent.ts';
import { keyOf, type PreviewTarget } from './preview-target.ts';

/** A running instance behind a target, and what its sandbox wants of previews. */
export interface Destination {
  live: LiveInstance;
  sandbox: Sandbox;
  policy: NetworkPolicy;
  /** When the sandbox was read. */
  readAt: number;
  agent: GuestAgent;
}

/** How long a policy is believed without looking again: the time that another server's change may take. */
const FRESH_MS = 500;

/** Finds what runs behind targets. */
export class Destinations {
  readonly #context: Context;
  readonly #known = new Map<string, Destination>();

  constructor(context: Context) {
    this.#context = context;
  }

  /**
   * What runs behind a target. A paused sandbox that asked for it is resumed first, once for all who come.
   *
   * @throws {ApiError} `sandbox_gone`, `sandbox_paused`, `sandbox_not_ready`, `host_unavailable`, what a resume throws.
   */
  async find(target: PreviewTarget): Promise<Destination> {
    const known = await this.known(target);
    if (known) return known;
    const sandbox = await wakeSandbox(this.#context, await this.read(target));
    const live = await this.#context.finder.findLive(addressOf(sandbox));
    return this.#remember(target, { live, sandbox });
  }

  /** What was found behind a target before, if it still runs. */
  async known(target: PreviewTarget): Promise<Destination | undefined> {
    const known = this.#known.get(keyOf(target));
    // The deadline may have passed since.
    const live =
      known && (await this.#context.finder.findLive(addressOf(known.sandbox)).catch(() => undefined));
    if (live && live === known?.live) {
      if (Date.now() - known.readAt >= FRESH_MS) this.apply(await this.read(target));
      return known;
    }
    this.#forget(target);
    return undefined;
  }

  /** The sandbox behind a target as it is now; it may be paused. */
  async read({ executionId }: PreviewTarget): Promise<Sandbox> {
    const sandbox = await this.#context.store.findExecution(executionId);
    if (!sandbox) throw gone();
    if (isGone(sandbox) || sandbox.status === 'error') throw gone(sandbox);
    return sandbox;
  }

  /** Takes over what a sandbox wants of previews now. */
  apply(sandbox: Sandbox): void {
    for (const known of this.#known.values()) {
      if (known.sandbox.id !== sandbox.id) continue;
      known.sandbox = sandbox;
      known.policy = (sandbox.network ?? {}) as NetworkPolicy;
      known.readAt = Date.now();
    }
  }

  /** Closes the connections that wait to be used again. */
  close(): void {
    for (const { agent } of this.#known.values()) agent.destroy();
    this.#known.clear();
  }

  #remember(target: PreviewTarget, { live, sandbox }: Pick<Destination, 'live' | 'sandbox'>): Destination {
    const key = keyOf(target);
    const rival = this.#known.get(key);
    if (rival?.live === live) return rival;
    this.#forget(target);
    const policy = (sandbox.network ?? {}) as NetworkPolicy;
    const destination = {
      live,
      sandbox,
      policy,
      readAt: Date.now(),
      agent: new GuestAgent(live, target.port),
    };
    this.#known.set(key, destination);
    live.ended.addEventListener('abort', () => {
      destination.agent.destroy();
      if (this.#known.get(key) === destination) this.#known.delete(key);
    });
    return destination;
  }

  #forget(target: PreviewTarget): void {
    this.#known.get(keyOf(target))?.agent.destroy();
    this.#known.delete(keyOf(target));
  }
}

const addressOf = ({ tenantId, id }: Sandbox) => ({ tenantId, sandboxId: id });

/** The answer at an address whose sandbox has ended. */
function gone(sandbox?: Sandbox): ApiError {
  const why = sandbox && endedSandbox(sandbox).details;
  const ended = why ? `: it ended at ${why.ended_at} (${why.reason})` : '';
  return new ApiError('sandbox_gone', { ended }, why ? { details: why } : {});
}
