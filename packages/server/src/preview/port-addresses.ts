import { publicUrl, type Settings } from '@nullspace/configuration';
import type { Logger } from 'pino';
import { ApiError } from '../api-error.ts';
import type { PreviewAddress } from '../store/previews/preview.ts';
import type { Sandbox } from '../store/records.ts';
import type { Store } from '../store/store.ts';
import type { PreviewAddresses } from './addresses.ts';
import type { Gateway } from './gateway.ts';
import { requireOwnName } from './host-names.ts';
import { type Listener, listen, type Tls } from './listen.ts';
import { keyOf, type PreviewTarget } from './preview-target.ts';

/** How long an address of an ended sandbox still says that it is gone. */
const KEEP_ENDED_MS = 3600 * 1000;
const SWEEP_MS = 60_000;
/** Random places tried in a range of ports before each is tried in turn. */
const GUESSES = 20;

/** Gives each previewed port of a sandbox a port of this machine, which stays the same over restarts. */
export class PortAddresses implements PreviewAddresses {
  readonly scheme: 'http' | 'https';
  readonly #options: {
    settings: Settings;
    store: Store;
    gateway: Gateway;
    log: Logger;
    tls: Tls | undefined;
  };
  readonly #open = new Map<string, Listener>();
  readonly #opening = new Map<string, Promise<number>>();
  #sweeping: NodeJS.Timeout | undefined;

  constructor(options: {
    settings: Settings;
    store: Store;
    gateway: Gateway;
    log: Logger;
    tls: Tls | undefined;
  }) {
    this.#options = options;
    this.scheme = options.tls ? 'https' : 'http';
  }

  async hostOf(sandbox: Sandbox, target: PreviewTarget): Promise<string> {
    const key = keyOf(target);
    let port = this.#open.get(key)?.port;
    if (port === undefined) {
      // Two who ask at once get one listener.
      const opening =
        this.#opening.get(key) ?? this.#make(sandbox, target).finally(() => this.#opening.delete(key));
      this.#opening.set(key, opening);
      port = await opening;
    }
    return `${this.#name}:${port}`;
  }

  async start(): Promise<void> {
    const { store, log } = this.#options;
    for (const { executionId, port, listenPort } of await store.listPreviewAddresses()) {
      const target = { executionId, port };
      try {
        await this.#listen(target, listenPort);
      } catch (error) {
        log.warn({ err: error, listen_port: listenPort }, 'a preview gets another port');
        await store.movePreviewAddress({ ...target, listenPort: await this.#listenSomewhere(target) });
      }
    }
    this.#sweeping = setInterval(() => void this.#sweep(), SWEEP_MS);
    this.#sweeping.unref();
  }

  stop(): void {
    clearInterval(this.#sweeping);
    for (const listener of this.#open.values()) listener.close();
    this.#open.clear();
  }

  get #name(): string {
    const { settings } = this.#options;
    const name = settings.preview_host || settings.preview_address;
    // An address for everybody is none to go to.
    const given = name === '0.0.0.0' || name === '::' ? new URL(publicUrl(settings)).hostname : name;
    return given.includes(':') && !given.startsWith('[') ? `[${given}]` : given;
  }

  async #make(sandbox: Sandbox, target: PreviewTarget): Promise<number> {
    const { store, settings } = this.#options;
    const listenPort = await this.#listenSomewhere(target);
    const address: PreviewAddress = {
      ...target,
      tenantId: sandbox.tenantId,
      listenPort,
      createdAt: Date.now(),
    };
    const limit = settings.tenant_max_previews;
    try {
      const stored = await store.insertPreviewAddress(address, { max: limit });
      if ('address' in stored) return listenPort;
      throw new ApiError(
        'quota_exceeded',
        { problem: `This tenant has ${stored.count} previewed ports and may have ${limit}` },
        { details: { limit, previews: stored.count } },
      );
    } catch (error) {
      this.#close(target);
      throw error;
    }
  }

  async #listenSomewhere(target: PreviewTarget): Promise<number> {
    for (const port of portsToTry(this.#options.settings.preview_ports)) {
      try {
        return await this.#listen(target, port);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      }
    }
    throw new ApiError('quota_exceeded', {
      problem: `Every port of the range preview_ports (${this.#options.settings.preview_ports}) is taken`,
    });
  }

  async #listen(target: PreviewTarget, wanted: number): Promise<number> {
    const { settings, gateway, tls } = this.#options;
    const entrance = (host: string | undefined) => async () => {
      requireOwnName(host, settings.preview_host);
      return { target, origin: `${this.scheme}://${host}` };
    };
    const listener = await listen(
      {
        request: (request, response) => void gateway.serve(entrance(request.headers.host), request, response),
        upgrade: (request, socket, head) =>
          void gateway.upgrade(entrance(request.headers.host), request, { socket, head }),
      },
      { address: settings.preview_address, port: wanted, tls },
    );
    this.#open.set(keyOf(target), listener);
    return listener.port;
  }

  async #sweep(): Promise<void> {
    const { store, log } = this.#options;
    try {
      for (const address of await store.dropEndedAddresses(Date.now() - KEEP_ENDED_MS)) this.#close(address);
    } catch (error) {
      log.warn({ err: error }, 'addresses of ended previews were not closed');
    }
  }

  #close(target: PreviewTarget): void {
    const listener = this.#open.get(keyOf(target));
    this.#open.delete(keyOf(target));
    listener?.close();
  }
}

/** 0 lets the system choose. */
function* portsToTry(range: string): Generator<number> {
  if (range === '') return yield 0;
  const [first, last] = range.split('-').map(Number) as [number, number];
  const width = last - first + 1;
  for (let guess = 0; guess < GUESSES; guess++) yield first + Math.floor(Math.random() * width);
  for (let port = first; port <= last; port++) yield port;
}
