import type { Settings } from '@nullspace/configuration';
import { ApiError } from '../api-error.ts';
import type { Sandbox } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { PreviewAddresses } from './addresses.ts';
import type { Entrance, Gateway } from './gateway.ts';
import { nameIn, unknownHost } from './host-names.ts';
import { type Listener, listen, type Tls, type Transport } from './listen.ts';
import { type PreviewTarget, reservedPorts } from './preview-target.ts';

/** Sandboxes whose execution is remembered; more are looked up again. */
const KEPT = 10_000;

/** Gives each port of a sandbox a name below one domain, and listens for all of them at one port. */
export class DomainAddresses implements PreviewAddresses {
  readonly scheme: 'http' | 'https';
  readonly #options: { settings: Settings; store: Store; gateway: Gateway; tls: Transport };
  readonly #executions = new Map<string, string>();
  #listener: Listener | undefined;

  constructor(options: { settings: Settings; store: Store; gateway: Gateway; tls: Transport }) {
    this.#options = options;
    this.scheme = this.#outside?.protocol === 'https:' || (!this.#outside && options.tls) ? 'https' : 'http';
  }

  async hostOf(sandbox: Sandbox, { port }: PreviewTarget): Promise<string> {
    const label = sandbox.id.replaceAll('_', '-');
    return `${port}-${label}.${this.#options.settings.preview_domain}${this.#portSuffix}`;
  }

  async start(): Promise<void> {
    const { settings, gateway, tls } = this.#options;
    this.#listener = await listen(
      {
        request: (request, response) =>
          void gateway.serve(() => this.#entrance(request.headers.host), request, response),
        upgrade: (request, socket, head) =>
          void gateway.upgrade(() => this.#entrance(request.headers.host), request, { socket, head }),
      },
      { address: settings.preview_address, port: settings.preview_port, tls },
    );
  }

  /** Connections that are open keep the certificate that they began with. */
  renew(tls: Tls): void {
    this.#listener?.renew(tls);
  }

  stop(): void {
    this.#listener?.close();
  }

  get #outside(): URL | undefined {
    const { preview_public_url: url } = this.#options.settings;
    return url ? new URL(url) : undefined;
  }

  get #portSuffix(): string {
    const usual = this.scheme === 'https' ? 443 : 80;
    const port = this.#outside
      ? Number(this.#outside.port || usual)
      : (this.#listener?.port ?? this.#options.settings.preview_port);
    return port === usual ? '' : `:${port}`;
  }

  async #entrance(hostHeader: string | undefined): Promise<Entrance> {
    const name = nameIn(hostHeader);
    const ending = `.${this.#options.settings.preview_domain}`;
    const match = name.endsWith(ending)
      ? /^([1-9]\d{0,4})-([a-z0-9]+(?:-[a-z0-9]+)*)$/.exec(name.slice(0, -ending.length))
      : null;
    const port = Number(match?.[1]);
    if (!match || port > 65_535 || reservedPorts.includes(port)) throw unknownHost(hostHeader);
    const executionId = await this.#executionOf(match[2]!.replaceAll('-', '_'));
    return { target: { executionId, port }, origin: `${this.scheme}://${hostHeader}` };
  }

  async #executionOf(sandboxId: string): Promise<string> {
    const known = this.#executions.get(sandboxId);
    if (known !== undefined) return known;
    const { store } = this.#options;
    const sandbox = (await store.findSandbox(sandboxId)) ?? (await store.followAlias({ id: sandboxId }));
    if (!sandbox) throw new ApiError('sandbox_gone', {});
    if (this.#executions.size >= KEPT) this.#executions.clear();
    this.#executions.set(sandboxId, sandbox.executionId);
    return sandbox.executionId;
  }
}
