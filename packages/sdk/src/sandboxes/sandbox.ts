/// <reference lib="esnext.disposable" preserve="true" />
import type { SandboxInfo as WireInfo } from '@nullspace/contract';
import { Client } from '../client/client.ts';
import type { CallOptions, ClientOptions } from '../client/options.ts';
import type { Paginator } from '../client/paginator.ts';
import { Commands } from '../commands/commands.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import { NotFoundError } from '../errors/state.ts';
import { Files } from '../files/files.ts';
import { Git } from '../git/git.ts';
import { type ListEventsOptions, listEvents } from '../lifecycle/list.ts';
import { type StreamEventsOptions, streamEvents } from '../lifecycle/stream.ts';
import type { LifecycleEvent } from '../lifecycle/types.ts';
import type { ForwardPortOptions, PortForward } from '../previews/forward-port.ts';
import { Previews } from '../previews/previews.ts';
import { Pty } from '../pty/pty.ts';
import { type CreateSnapshotOptions, createSnapshot } from '../snapshots/create.ts';
import { type ListSnapshotsOptions, listSnapshots } from '../snapshots/list.ts';
import { readSnapshot } from '../snapshots/read-snapshot.ts';
import type { SnapshotDetail, SnapshotInfo } from '../snapshots/types.ts';
import { type CreateSshAccessOptions, Ssh } from '../ssh/ssh.ts';
import type { NewSshAccess } from '../ssh/types.ts';
import { destroy, fetchInfo, fetchMetrics, moveDeadline } from './by-id.ts';
import { connectSandbox } from './connect.ts';
import type { ConnectOptions } from './connect-options.ts';
import { createSandbox, sandboxPath } from './create.ts';
import type { CreateOptions } from './create-options.ts';
import { forkSandbox, forkSandboxes } from './fork.ts';
import type { ForkOptions } from './fork-options.ts';
import { listSandboxes } from './list.ts';
import type { FieldNames, ListOptions } from './list-options.ts';
import { pauseSandbox, resumeSnapshot } from './pause.ts';
import { readSandboxInfo } from './read-info.ts';
import { SandboxNetwork } from './sandbox-network.ts';
import type { NetworkChanges, SandboxInfo, SandboxMetrics, TimeoutAction } from './types.ts';

/**
 * A handle on one sandbox. Get one by `Sandbox.create` or `Sandbox.connect`.
 * With `await using` the sandbox is killed when the block ends, also after an exception; one that was paused in the
 * block is kept.
 */
export class Sandbox implements AsyncDisposable {
  readonly id: string;
  /** Default working directory of commands. */
  readonly cwd: string | undefined;
  /** Token that previews need when public traffic is off. */
  readonly trafficAccessToken: string | undefined;
  readonly commands: Commands;
  readonly files: Files;
  readonly pty: Pty;
  readonly git: Git;
  /** Addresses for ports inside. */
  readonly previews: Previews;
  /** Who may come in over SSH. */
  readonly ssh: Ssh;
  /** What it may reach, and what it was not let. */
  readonly network: SandboxNetwork;
  #client: Client;
  #paused = false;

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
    this.pty = new Pty(scope);
    this.git = new Git(this.commands, this.files);
    this.previews = new Previews(scope);
    this.ssh = new Ssh(scope);
    this.network = new SandboxNetwork(client, info.id);
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
   * new id, unless `resume` is false. The deadline moves only when `timeout` is given.
   * @throws NotFoundError when it does not exist or has ended.
   */
  static async connect(id: string, options: ConnectOptions = {}): Promise<Sandbox> {
    const { info, client } = await connectSandbox(id, options);
    return Sandbox.#connected(info, client, options);
  }

  /**
   * Starts a sandbox from a snapshot. That of a pause gives one sandbox, however often and by how many callers it is
   * resumed; one made by `createSnapshot` gives a further sandbox each time. The time to live begins anew.
   * @throws NotFoundError when there is no such snapshot, or the sandbox that was resumed from it has ended;
   * ConflictError `incompatible_snapshot` or `rebuild_required`, naming what differs.
   */
  static async resume(snapshotId: string, options: ConnectOptions = {}): Promise<Sandbox> {
    const client = new Client(options);
    const { signal, requestTimeoutMs } = options;
    const info = await resumeSnapshot(client, snapshotId, { signal, requestTimeoutMs });
    return Sandbox.#connected(info, client, options);
  }

  /** Lists your sandboxes, newest first. With `fields` the entries are the API's own objects with just these. */
  static list(options: ListOptions & { fields: FieldNames }): Promise<Paginator<Record<string, unknown>>>;
  static list(options?: ListOptions): Promise<Paginator<SandboxInfo>>;
  static list(options: ListOptions & { fields?: FieldNames } = {}): Promise<Paginator<unknown>> {
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

  /** Where a port of the sandbox answers: name and port without a scheme, as "127.0.0.1:40123". */
  async getHost(port: number, options: CallOptions = {}): Promise<string> {
    return (await this.previews.host(port, options)).host;
  }

  /** Address of a port for a browser, with a token in it. Keep it secret. */
  async getUrl(port: number, options: CallOptions = {}): Promise<string> {
    return (await this.previews.host(port, options)).url;
  }

  /** Lets the holder of a key in over SSH for a while; see `ssh.create`. */
  createSshAccess(options: CreateSshAccessOptions): Promise<NewSshAccess> {
    return this.ssh.create(options);
  }

  /** Makes a port of the sandbox's loopback a port of this machine, for any protocol over TCP. Needs Node.js. */
  forwardPort(port: number, options: ForwardPortOptions = {}): Promise<PortForward> {
    return this.previews.forward(port, options);
  }

  /** Samples of what it uses, oldest first. */
  getMetrics(options: CallOptions = {}): Promise<SandboxMetrics[]> {
    return fetchMetrics(this.#client, this.id, options);
  }

  /**
   * The same as `network.update`.
   */
  async setNetwork(changes: NetworkChanges, options: CallOptions = {}): Promise<SandboxInfo> {
    return await this.network.update(changes, options);
  }

  /** Moves the deadline to this many seconds from now, later or earlier, and sets what happens then. */
  setTimeout(seconds: number, options: CallOptions & { action?: TimeoutAction } = {}): Promise<void> {
    return moveDeadline(this.#client, this.id, seconds, options);
  }

  /**
   * Saves memory, processes and disk, and frees the machine's memory. The sandbox is `paused` then: go on with
   * `Sandbox.connect(id)` or `Sandbox.resume(snapshot.id)`, which give it a new id. Pausing a paused one answers with
   * the same snapshot. If it fails, the sandbox runs on.
   */
  async hibernate(options: CallOptions = {}): Promise<SnapshotInfo> {
    const snapshot = readSnapshot(await pauseSandbox(this.#client, this.id, options));
    this.#paused = true;
    return snapshot;
  }

  /** The same as `hibernate`. */
  pause(options: CallOptions = {}): Promise<SnapshotInfo> {
    return this.hibernate(options);
  }

  /** Takes a snapshot from which any number of sandboxes can start. The sandbox goes on, its connections too. */
  createSnapshot(options: CreateSnapshotOptions = {}): Promise<SnapshotInfo> {
    return createSnapshot(this.#client, this.id, options);
  }

  /** Snapshots that were taken from this sandbox, newest first. */
  listSnapshots(options: Omit<ListSnapshotsOptions, 'sandboxId'> = {}): Promise<Paginator<SnapshotDetail>> {
    return listSnapshots(this.#client, { ...options, sandboxId: this.id });
  }

  /**
   * A running copy with the same memory, processes and disk, under an id of its own. The source goes on. With `count`
   * (1 to 100) several copies of the same moment, in which each one that failed has its error.
   */
  fork(options: ForkOptions & { count: number }): Promise<ForkedSandbox[]>;
  fork(options?: ForkOptions & { count?: undefined }): Promise<Sandbox>;
  async fork(options: ForkOptions & { count?: number } = {}): Promise<Sandbox | ForkedSandbox[]> {
    const { count, ...call } = options;
    if (count === undefined) {
      return new Sandbox(readSandboxInfo(await forkSandbox(this.#client, this.id, call)), this.#client);
    }
    const children = await forkSandboxes(this.#client, this.id, { ...call, count });
    return children.map((child) =>
      child instanceof SandboxError
        ? { sandbox: undefined, error: child }
        : { sandbox: new Sandbox(readSandboxInfo(child), this.#client), error: undefined },
    );
  }

  /** What happened to this sandbox, newest first unless `order` says otherwise. */
  listEvents(options: ListEventsOptions = {}): Promise<Paginator<LifecycleEvent>> {
    return listEvents(this.#client, `${sandboxPath(this.id)}/lifecycle`, options);
  }

  /** What happens to this sandbox, as it happens; see `Lifecycle.stream`. */
  streamEvents(options: StreamEventsOptions = {}): AsyncGenerator<LifecycleEvent, void, void> {
    const list = `${sandboxPath(this.id)}/lifecycle`;
    return streamEvents(this.#client, { stream: `${list}/ws`, list }, options);
  }

  /** Ends the sandbox and everything in it. @throws NotFoundError when it has ended before. */
  kill(options: CallOptions = {}): Promise<void> {
    return destroy(this.#client, this.id, options);
  }

  /** Kills the sandbox unless `hibernate` of this handle has paused it; that it has ended before is fine. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#paused) return;
    try {
      await this.kill();
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
    }
  }

  static async #connected(wire: WireInfo, client: Client, options: ConnectOptions): Promise<Sandbox> {
    const sandbox = new Sandbox(readSandboxInfo(wire), client);
    if (options.timeout !== undefined) await sandbox.setTimeout(options.timeout, { signal: options.signal });
    return sandbox;
  }
}

/** One child of `fork({ count })`. */
export type ForkedSandbox =
  | { sandbox: Sandbox; error: undefined }
  | { sandbox: undefined; error: SandboxError };
