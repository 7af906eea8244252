import { setTimeout as sleep } from 'node:timers/promises';
import type { HostClient } from '@nullspace/host';
import type { host } from '@nullspace/proto';
import type { Logger } from 'pino';

/** What the host tells. A handler that rejects makes the link start over. */
export interface HostListener {
  /** Every instance that the host knows, at the start of each connection. */
  onAll(instances: host.Instance[]): Promise<void>;
  onChanged(instance: host.Instance): Promise<void>;
  onGuardKill(kill: host.GuardKill): void;
}

/** The host says something at least every 5 seconds; a link that is silent for this long is dead. */
const SILENCE_MS = 20_000;
const RETRY_MS = { first: 50, most: 1000 };

/** Keeps the event stream of the host open and says whether the host is there. */
export class HostLink {
  readonly client: HostClient;
  readonly #listener: HostListener;
  readonly #log: Logger;
  readonly #stopped = new AbortController();
  #connected = false;
  #waiting: (() => void)[] = [];
  #running: Promise<void> | undefined;

  constructor(options: { client: HostClient; listener: HostListener; log: Logger }) {
    this.client = options.client;
    this.#listener = options.listener;
    this.#log = options.log;
  }

  /** True while the stream is open and everything that it brought at its start has been taken in. */
  get connected(): boolean {
    return this.#connected;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#wake();
    await this.#running;
  }

  /** Resolves with true when the host is there, with false when it was not for `patienceMs`. */
  async waitUntilConnected(patienceMs: number): Promise<boolean> {
    if (this.#connected || patienceMs <= 0 || this.#stopped.signal.aborted) return this.#connected;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.push(resolve);
    const timer = setTimeout(resolve, patienceMs);
    await promise;
    clearTimeout(timer);
    this.#waiting = this.#waiting.filter((waiting) => waiting !== resolve);
    return this.#connected;
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #run(): Promise<void> {
    let pauseMs = RETRY_MS.first;
    while (!this.#stopped.signal.aborted) {
      try {
        await this.#follow(() => {
          pauseMs = RETRY_MS.first;
        });
      } catch (error) {
        if (this.#stopped.signal.aborted) break;
        this.#report(error, pauseMs);
      }
      this.#connected = false;
      await sleep(pauseMs, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, RETRY_MS.most);
    }
    this.#connected = false;
  }

  // A host that stays away is told once with everything, then briefly at debug level.
  #report(error: unknown, retryMs: number): void {
    if (retryMs === RETRY_MS.first) this.#log.warn({ err: error }, 'the link to the host broke');
    else this.#log.debug({ retry_ms: retryMs, cause: String(error) }, 'the host is still away');
  }

  async #follow(onOpen: () => void): Promise<void> {
    const silent = new AbortController();
    const watchdog = setTimeout(() => silent.abort(new Error('the host was silent')), SILENCE_MS);
    try {
      const signal = AbortSignal.any([this.#stopped.signal, silent.signal]);
      for await (const { message } of this.client.watchInstances(
        { callerPid: process.pid },
        { signal, timeoutMs: 0 },
      )) {
        watchdog.refresh();
        if (message.case === 'all') {
          await this.#listener.onAll(message.value.instances);
          onOpen();
          this.#connected = true;
          this.#log.info({ instances: message.value.instances.length }, 'linked to the host');
          this.#wake();
        } else if (message.case === 'changed') {
          await this.#listener.onChanged(message.value);
        } else if (message.case === 'guardKill') {
          this.#listener.onGuardKill(message.value);
        }
      }
    } finally {
      clearTimeout(watchdog);
    }
  }
}
