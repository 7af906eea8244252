import type {
  PreviewGrant as WireGrant,
  HostInfo as WireHost,
  PortReadiness as WireReadiness,
  ProxyTarget as WireTarget,
  PreviewUrl as WireUrl,
} from '@nullspace/contract';
import type { CallOptions } from '../client/options.ts';
import { pathId } from '../client/path-id.ts';
import { queryString } from '../client/query.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { type ForwardPortOptions, forwardPort, type PortForward } from './forward-port.ts';
import { readGrant, readHost, readPreviewUrl, readProxyTarget, readReadiness } from './read-preview.ts';
import type {
  PortReadiness,
  PreviewGrant,
  PreviewHost,
  PreviewProxyTarget,
  PreviewTransport,
  PreviewUrl,
} from './types.ts';

export interface WaitForPortOptions extends CallOptions {
  /** `tcp`: something listens. `http`: it answers with a status below 500. @default 'tcp' */
  kind?: 'tcp' | 'http';
  /** Path that `http` asks for. @default '/' */
  path?: string;
  /** How long to wait. @default 30 */
  timeoutSecs?: number;
  /** Pause between two tries. @default 500 */
  intervalMs?: number;
}

export interface SignOptions extends CallOptions {
  /** How long the tokens are valid; never longer than the sandbox. @default 3600 */
  expiresInSeconds?: number;
}

/** Addresses for ports of a sandbox, and the tokens that open them: `sandbox.previews`. */
export class Previews {
  readonly #scope: SandboxScope;

  constructor(scope: SandboxScope) {
    this.#scope = scope;
  }

  /** Where a port answers. The same port keeps its address until the sandbox ends. */
  async host(port: number, options: CallOptions = {}): Promise<PreviewHost> {
    const { client, path } = this.#scope;
    return readHost(await client.json<WireHost>('POST', `${path}/host`, { ...options, json: { port } }));
  }

  /** The preview of a port: the grant that is active, or a new one. */
  async get(port: number, options: CallOptions = {}): Promise<PreviewUrl> {
    const { client } = this.#scope;
    return readPreviewUrl(await client.json<WireUrl>('GET', this.#of(port, 'preview-url'), options));
  }

  /** A new preview of a port, with a lifetime of its own. */
  async sign(port: number, options: SignOptions = {}): Promise<PreviewUrl> {
    const { expiresInSeconds: expires_in_seconds, ...call } = options;
    const path = this.#of(port, 'signed-preview-url');
    const json = { ...(expires_in_seconds === undefined ? {} : { expires_in_seconds }) };
    return readPreviewUrl(await this.#scope.client.json<WireUrl>('POST', path, { ...call, json }));
  }

  /** A grant for a reverse proxy of yours, which sends its token in a header. */
  async proxyTarget(
    port: number,
    options: SignOptions & { transports?: PreviewTransport[] } = {},
  ): Promise<PreviewProxyTarget> {
    const { expiresInSeconds: expires_in_seconds, transports, ...call } = options;
    const path = this.#of(port, 'preview-proxy-target');
    const json = {
      ...(expires_in_seconds === undefined ? {} : { expires_in_seconds }),
      ...(transports === undefined ? {} : { transports }),
    };
    return readProxyTarget(await this.#scope.client.json<WireTarget>('POST', path, { ...call, json }));
  }

  /** Grants of this sandbox, newest first. */
  async list(options: CallOptions & { port?: number } = {}): Promise<PreviewGrant[]> {
    const { port, ...call } = options;
    const path = `${this.#scope.path}/preview-urls${queryString({ port })}`;
    const { items } = await this.#scope.client.json<{ items: WireGrant[] }>('GET', path, call);
    return items.map(readGrant);
  }

  /** Revokes a grant and cuts what it let in, open WebSockets too. @throws NotFoundError */
  async revoke(grantId: string, options: CallOptions = {}): Promise<PreviewGrant> {
    const path = `${this.#scope.path}/preview-urls/${pathId('grant', grantId)}`;
    return readGrant((await this.#scope.client.json<{ grant: WireGrant }>('DELETE', path, options)).grant);
  }

  /** Waits until a port answers, or until the time is over: see `ready`. */
  async waitFor(port: number, options: WaitForPortOptions = {}): Promise<PortReadiness> {
    const { kind = 'tcp', path: page, timeoutSecs = 30, intervalMs, ...call } = options;
    const json = {
      kind,
      timeout_secs: timeoutSecs,
      ...(page === undefined ? {} : { path: page }),
      ...(intervalMs === undefined ? {} : { interval_ms: intervalMs }),
    };
    const requestTimeoutMs = call.requestTimeoutMs ?? timeoutSecs * 1000 + 10_000;
    const path = this.#of(port, 'readiness');
    return readReadiness(
      await this.#scope.client.json<WireReadiness>('POST', path, { ...call, requestTimeoutMs, json }),
    );
  }

  /** Makes a port of the sandbox's loopback a port of this machine, for any protocol over TCP. Needs Node.js. */
  forward(port: number, options: ForwardPortOptions = {}): Promise<PortForward> {
    return forwardPort(this.#scope, port, options);
  }

  #of(port: number, verb: string): string {
    return `${this.#scope.path}/ports/${encodeURIComponent(String(port))}/${verb}`;
  }
}
