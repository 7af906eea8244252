/// <reference lib="esnext.disposable" preserve="true" />
import type { SandboxInfo as WireInfo } from '@nullspace/contract';
import { Client } from '../client/client.ts';
import type { CallOptions, ClientOptions } from '../client/options.ts';
import { Commands } from '../commands/commands.ts';
import { NotFoundError } from '../errors/state.ts';
import { Files } from '../files/files.ts';
import { destroy, fetchInfo, fetchMetrics, moveDeadline } from './by-id.ts';
import { connectSandbox } from './connect.ts';
import type { ConnectOptions } from './connect-options.ts';
import { createSandbox, sandboxPath } from './create.ts';
import type { CreateOptions } from './create-options.ts';
import { listSandboxes } from './list.ts';
import type { FieldNames, ListOptions } from './list-options.ts';
import type { SandboxPaginator } from './paginator.ts';
import { readSandboxInfo } from './read-info.ts';
import type { SandboxInfo, SandboxMetrics, TimeoutAction } from './types.ts';

/**
 * A handle on one sandbox. Get one by `Sandbox.create` or `Sandbox.connect`.
 * With `await using` the sandbox is killed when the block ends, also after an exception.
 */
export class Sandbox implements AsyncDisposable {
  readonly id: string;
  /** Default working directory of commands. */
  readonly cwd: string | undefined;
  /** Token that previews need when public traffic is off. */
  readonly trafficAccessToken: string | undefined;
  readonly commands: Commands;
  readonly files: Files;
  #client: Client;

  private constructor(info: SandboxInfo, client: Client, dispatchProof?: string) {
    this.id = info.id;
    this.cwd = info.cwd;
    this.trafficAccessToken = info.trafficAccessToken;
    this.#client = client;
    const scope = {
      client,
      id: info.id,
      path: sandboxPath(info.id),
      dispatchHeaders: dispatchProof ? { 'x-nullspace-dispatch-proof': dispatchProof } : undefined,
    };
    this.commands = new Commands(scope);
    this.files = new Files(scope);
  }

  /**
   * Creates a sandbox, which takes commands at once.
   * @throws InvalidRequestError naming the field and its bound; NotFoundError for an unknown template;
   * QuotaExceededError when the tenant's limit or the machine's room is used up; AuthError without a valid key.
   */
  static async create(options: CreateOptions = {}): Promise<Sandbox> {
    const { info, client, dispatchProof } = await createSandbox(options);
    return new Sandbox(readSandboxInfo(info), client, dispatchProof);
  }

  /**
   * A handle on a sandbox that exists, for example from another process. A paused one is resumed, which gives it a
   * new id.
   * @throws NotFoundError when it does not exist or has ended.
   */
  static async connect(id: string, options: ConnectOptions = {}): Promise<Sandbox> {
    const { info, client } = await connectSandbox(id, options);
    const sandbox = new Sandbox(readSandboxInfo(info), client);
    if (options.timeout !== undefined) await sandbox.setTimeout(options.timeout, { signal: options.signal });
    return sandbox;
  }

  /** Lists your sandboxes, newest first. With `fields` the entries are the API's own objects with just these. */
  static list(
    options: ListOptions & { fields: FieldNames },
  ): Promise<SandboxPaginator<Record<string, unknown>>>;
  static list(options?: ListOptions): Promise<SandboxPaginator<SandboxInfo>>;
  static list(options: ListOptions & { fields?: FieldNames } = {}): Promise<SandboxPaginator<unknown>> {
    if (options.fields) return listSandboxes(options, (item) => item);
    return listSandboxes(options, (item) => readSandboxInfo(item as WireInfo));
  }

  /** What the server knows about a sandbox, without a handle and without resuming it. */
  static async getInfoById(id: string, options: ClientOptions & CallOptions = {}): Promise<SandboxInfo> {
    return readSandboxInfo(await fetchInfo(new Client(options), id, { signal: options.signal }));
  }

  /** Samples of what a sandbox uses, oldest first, without a handle. */
  static getMetricsById(id: string, options: ClientOptions & CallOptions = {}): Promise<SandboxMetrics[]> {
    return fetchMetrics(new Client(options), id, { signal: options.signal });
  }

  /** Ends a sandbox by its id. @throws NotFoundError when it does not exist or has ended. */
  static killById(id: string, options: ClientOptions & CallOptions = {}): Promise<void> {
    return destroy(new Client(options), id, { signal: options.signal });
  }

  /** The same as `killById`. */
  static kill(id: string, options: ClientOptions & CallOptions = {}): Promise<void> {
    return Sandbox.killById(id, options);
  }

  /** What the server knows about this sandbox now. With `fields` the API's own object with just these. */
  getInfo(options: CallOptions & { fields: FieldNames }): Promise<Record<string, unknown>>;
  getInfo(options?: CallOptions): Promise<SandboxInfo>;
  async getInfo(options: CallOptions & { fields?: FieldNames } = {}): Promise<unknown> {
    const info = await fetchInfo(this.#client, this.id, options);
    return options.fields ? info : readSandboxInfo(info);
  }

  /** Whether it takes calls; false also when it has ended and is forgotten. */
  async isRunning(options: CallOptions = {}): Promise<boolean> {
    try {
      return (await fetchInfo(this.#client, this.id, options)).status === 'running';
    } catch (error) {
      if (error instanceof NotFoundError) return false;
      throw error;
    }
  }

  /** Samples of what it uses, oldest first. */
  getMetrics(options: CallOptions = {}): Promise<SandboxMetrics[]> {
    return fetchMetrics(this.#client, this.id, options);
  }

  /** Moves the deadline to this many seconds from now, later or earlier, and sets what happens then. */
  setTimeout(seconds: number, options: CallOptions & { action?: TimeoutAction } = {}): Promise<void> {
    return moveDeadline(this.#client, this.id, seconds, options);
  }

  /** Ends the sandbox and everything in it. @throws NotFoundError when it has ended before. */
  kill(options: CallOptions = {}): Promise<void> {
    return destroy(this.#client, this.id, options);
  }

  /** Kills the sandbox; that it has ended before is fine. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.kill();
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }
}
