import { Client } from '../../client/client.ts';
import type { CallOptions, ClientOptions } from '../../client/options.ts';
import { sleep } from '../../client/sleep.ts';
import { InvalidRequestError } from '../../errors/state.ts';
import { TimeoutError } from '../../errors/timeout.ts';
import { segment } from '../ref-path.ts';
import { readPool, type WirePool, writePool } from './read-pool.ts';
import type { WarmPoolInfo, WarmPoolSettings, WarmPoolState } from './types.ts';

type Options = ClientOptions & CallOptions;

/** Which pools to list; all given conditions must hold. */
export interface ListWarmPoolsOptions extends ClientOptions, CallOptions {
  template?: string;
  state?: WarmPoolState;
  labels?: Record<string, string>;
  /** Pools whose count of this name is above zero, such as `ready`. */
  status?: string;
  limit?: number;
}

/** How to wait until a pool is full. */
export interface WaitForPoolOptions extends CallOptions {
  /** How many must be ready. @default `minReady` of the pool */
  minReady?: number;
  /** @default 300 */
  timeoutSecs?: number;
  /** Seconds between two looks. @default 1 */
  intervalSecs?: number;
}

const root = '/v1/template-warm-pools';

/**
 * Sandboxes of one template and size that stand ready, so that a create takes one at once.
 *
 * @example
 * const pool = await TemplateWarmPool.create({ template: 'review-api', name: 'review', minReady: 2, maxReady: 4 });
 * await pool.waitUntilReady();
 * const sandbox = await Sandbox.create({ template: 'review-api', warmPool: pool.id });
 */
export class TemplateWarmPool {
  #info: WarmPoolInfo;
  readonly #client: Client;

  private constructor(info: WarmPoolInfo, client: Client) {
    this.#info = info;
    this.#client = client;
  }

  /** Makes a pool, which fills itself from then on. @param settings.id Id to use, `twp_…`. Default one of the server. */
  static async create(
    settings: WarmPoolSettings & { id?: string },
    options: Options = {},
  ): Promise<TemplateWarmPool> {
    const client = new Client(options);
    const { id, ...rest } = settings;
    const json = { ...(id === undefined ? {} : { id }), ...writePool(rest) };
    const call = { signal: options.signal, json };
    return new TemplateWarmPool(readPool(await client.json<WirePool>('POST', root, call)), client);
  }

  /** The handle of a pool by its id. @throws NotFoundError when there is none. */
  static async get(id: string, options: Options = {}): Promise<TemplateWarmPool> {
    const client = new Client(options);
    const call = { signal: options.signal };
    return new TemplateWarmPool(readPool(await client.json<WirePool>('GET', pathOf(id), call)), client);
  }

  /** Pools of the account. */
  static async list(options: ListWarmPoolsOptions = {}): Promise<WarmPoolInfo[]> {
    const query = new URLSearchParams();
    for (const name of ['template', 'state', 'status', 'limit'] as const) {
      if (options[name] !== undefined) query.set(name, String(options[name]));
    }
    for (const [key, value] of Object.entries(options.labels ?? {})) query.append('label', `${key}=${value}`);
    const path = query.size > 0 ? `${root}?${query}` : root;
    const answer = await new Client(options).json<WirePool[] | { items: WirePool[] }>('GET', path, {
      signal: options.signal,
    });
    return (Array.isArray(answer) ? answer : answer.items).map(readPool);
  }

  /** The pool's id, `twp_…`. */
  get id(): string {
    return this.#info.id;
  }

  /** How it was when it was last asked for. */
  get info(): WarmPoolInfo {
    return this.#info;
  }

  /** The pool as it is, with its counts. */
  getInfo(call: CallOptions = {}): Promise<WarmPoolInfo> {
    return this.#call('GET', '', call);
  }

  /** Changes what is given; the rest stays. */
  async update(changes: Partial<WarmPoolSettings>, call: CallOptions = {}): Promise<WarmPoolInfo> {
    const { vcpus, memoryMb, diskMb } = changes;
    const sized = vcpus !== undefined || memoryMb !== undefined || diskMb !== undefined;
    const { resources } = sized ? await this.getInfo(call) : this.#info;
    const json = writePool(changes, resources);
    if (Object.values(json).every((value) => value === undefined))
      throw new InvalidRequestError('update needs something to change.');
    return this.#call('PATCH', '', { ...call, json });
  }

  /** Fills the pool again. */
  enable(call: CallOptions = {}): Promise<WarmPoolInfo> {
    return this.#call('POST', '/enable', call);
  }

  /** Fills the pool no more; what is ready can be taken. */
  disable(call: CallOptions = {}): Promise<WarmPoolInfo> {
    return this.#call('POST', '/disable', call);
  }

  /** Gives nothing out any more and destroys what is ready; the pool is disabled when it is empty. */
  drain(call: CallOptions = {}): Promise<WarmPoolInfo> {
    return this.#call('POST', '/drain', call);
  }

  /** Looks at once whether something is to be filled or renewed. */
  reconcile(call: CallOptions = {}): Promise<WarmPoolInfo> {
    return this.#call('POST', '/reconcile', call);
  }

  /** Deletes the pool and destroys what is ready. */
  async delete(call: CallOptions = {}): Promise<void> {
    await this.#client.send('DELETE', pathOf(this.id), call);
  }

  /**
   * Waits until enough sandboxes are ready.
   *
   * @throws TimeoutError when they were not in time; the message says how many were, and why.
   */
  async waitUntilReady(options: WaitForPoolOptions = {}): Promise<WarmPoolInfo> {
    const { minReady, timeoutSecs = 300, intervalSecs = 1, ...call } = options;
    const deadline = performance.now() + timeoutSecs * 1000;
    for (;;) {
      const info = await this.getInfo(call);
      const wanted = minReady ?? info.minReady;
      if (info.status.ready >= wanted) return info;
      if (performance.now() >= deadline) throw notReady(info, wanted, timeoutSecs);
      await sleep(intervalSecs * 1000, call.signal);
    }
  }

  async #call(method: string, rest: string, call: CallOptions & { json?: unknown }): Promise<WarmPoolInfo> {
    this.#info = readPool(await this.#client.json<WirePool>(method, pathOf(this.id) + rest, call));
    return this.#info;
  }
}

function notReady(info: WarmPoolInfo, wanted: number, seconds: number): TimeoutError {
  const why = info.degradedReason ? ` (${info.degradedReason})` : '';
  return new TimeoutError(
    `Warm pool ${info.id} has ${info.status.ready} of ${wanted} ready after ${seconds} s; it is ${info.state}${why}.`,
    { suggestedAction: 'Wait longer, or look at the state of the pool and the capacity of the host.' },
  );
}

function pathOf(id: string): string {
  return `${root}/${segment('warm pool', id)}`;
}
