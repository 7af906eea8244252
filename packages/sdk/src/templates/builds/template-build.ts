import type {
  RetryBuildRequest,
  TemplateBuild as WireBuild,
  BuildState as WireState,
  Template as WireTemplate,
} from '@nullspace/contract';
import { Client } from '../../client/client.ts';
import type { CallOptions, ClientOptions } from '../../client/options.ts';
import { queryString } from '../../client/query.ts';
import { sleep } from '../../client/sleep.ts';
import type { RegistryAuth } from '../definition/registry-auth.ts';
import { type BuildSecret, writeSecrets } from '../definition/secrets.ts';
import { writeAuth } from '../definition/write-auth.ts';
import { readTemplate } from '../read-template.ts';
import type { TemplateInfo } from '../types.ts';
import { buildPath, fetchState } from './fetch-state.ts';
import { followLog, followRequest } from './follow-log.ts';
import { logEntries } from './log-stream.ts';
import { failedBuild, isSettled } from './outcome.ts';
import { readBuild, readState } from './read-build.ts';
import type { BuildInfo, BuildLogEntry, BuildState, BuildStatus } from './types.ts';

/** How to wait for the end of a build. */
export interface WaitForBuildOptions extends CallOptions {
  /** Milliseconds between two looks. @default 250 */
  pollIntervalMs?: number;
  /** The first entry that `onLogEntry` gets. @default 0 */
  offset?: number;
  /** Called with each entry of the log. */
  onLogEntry?: (entry: BuildLogEntry) => void;
}

/** What a new attempt is given. Credentials and secrets are not stored: give them again. */
export interface RetryBuildOptions extends CallOptions {
  tags?: string[];
  auth?: RegistryAuth;
  buildSecrets?: BuildSecret[];
}

/** A build that was started. It goes on in the server, whatever becomes of the handle. */
export class TemplateBuild {
  #info: BuildInfo;
  readonly #client: Client;

  /** @internal */
  constructor(info: BuildInfo, client: Client) {
    this.#info = info;
    this.#client = client;
  }

  /** The handle of a build by its id. @throws NotFoundError when there is no such build. */
  static async connect(id: string, options: ClientOptions & CallOptions = {}): Promise<TemplateBuild> {
    const client = new Client(options);
    const { build } = await fetchState(client, id, 0, { signal: options.signal });
    return new TemplateBuild(build, client);
  }

  /** The build's id, `tb_…`. */
  get id(): string {
    return this.#info.buildId;
  }

  /** How it was when it was last asked for. */
  get info(): BuildInfo {
    return this.#info;
  }

  get status(): BuildStatus {
    return this.#info.status;
  }

  /** The build as it is, with its log from an offset on. */
  async getStatus({ offset = 0, ...call }: CallOptions & { offset?: number } = {}): Promise<BuildState> {
    return this.#seen(await fetchState(this.#client, this.id, offset, call));
  }

  /**
   * Entries of the log: what there is, or with `follow` up to the end of the build; then a connection that is lost is
   * made again.
   */
  logs({
    offset = 0,
    follow = false,
    ...call
  }: CallOptions & { offset?: number; follow?: boolean } = {}): AsyncGenerator<BuildLogEntry, void, void> {
    if (follow)
      return followLog(this.#client, followRequest(this.id, offset), { buildId: this.id, offset, ...call });
    const path = `${buildPath(this.id)}/logs${queryString({ offset, follow: 'false' })}`;
    return logEntries(this.#client, 'GET', path, call);
  }

  /**
   * Waits for the end. A cancelled build is no failure here.
   *
   * @throws BuildError when it failed; `failure` says where and why. Some failures have other codes and classes.
   */
  async wait(options: WaitForBuildOptions = {}): Promise<BuildState> {
    const { pollIntervalMs = 250, onLogEntry, ...call } = options;
    for (let offset = options.offset ?? 0; ; ) {
      const state = await this.getStatus({ ...call, offset });
      for (const entry of state.entries) onLogEntry?.(entry);
      if (isSettled(state)) {
        const { status, error, failure, buildId } = state.build;
        if (status === 'error') throw failedBuild(error, failure, buildId);
        return state;
      }
      offset = state.nextOffset;
      await sleep(pollIntervalMs, call.signal);
    }
  }

  /** Ends the build; what it has cached stays. */
  async cancel({ reason, ...call }: CallOptions & { reason?: string } = {}): Promise<BuildState> {
    const json = reason === undefined ? {} : { reason };
    const path = `${buildPath(this.id)}/cancel`;
    return this.#seen(readState(await this.#client.json<WireState>('POST', path, { ...call, json })));
  }

  /** Begins a new build of the same definition. */
  async retry({ tags, auth, buildSecrets, ...call }: RetryBuildOptions = {}): Promise<TemplateBuild> {
    const json: RetryBuildRequest = {
      ...(tags === undefined ? {} : { tags }),
      ...(auth === undefined ? {} : { base_image_auth: writeAuth(auth) }),
      ...(buildSecrets === undefined ? {} : { build_secrets: writeSecrets(buildSecrets) }),
    };
    const wire = await this.#client.json<WireBuild>('POST', `${buildPath(this.id)}/retry`, { ...call, json });
    return new TemplateBuild(readBuild(wire), this.#client);
  }

  /** Points a tag of the template to this build. @throws ConflictError when it is not ready. */
  async promote(tag: string, call: CallOptions = {}): Promise<TemplateInfo> {
    const path = `${buildPath(this.id)}/promote`;
    return readTemplate(await this.#client.json<WireTemplate>('POST', path, { ...call, json: { tag } }));
  }

  #seen(state: BuildState): BuildState {
    this.#info = state.build;
    return state;
  }
}
