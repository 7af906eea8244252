import { setTimeout as sleep } from 'node:timers/promises';
import type { HostClient } from '@nullspace/host';
import type { host } from '@nullspace/proto';
import type { Logger } from 'pino';

/** What the host tells. A handler that rejects makes the link start over. */
export interface HostListener {
  /** Every instance that the host knows, at the start of each connection. */
  onAll(instances: host.Instance[]): Promise<void>;
  onChanged(instance: host.Instance): Promise<unknown>;
  onGuardKill(kill: host.GuardKill): void;
}

/** The host says something at least every 5 seconds; one that is silent for this long answers nobody. */
const SILENCE_MS = 20_000;
const RETRY_MS = { first: 50, most: 1000 };

/** Thrown to those who wait for a host that says nothing, although its socket takes connections. */
export class SilentHostError extends Error {
  constructor() {
    super('the host is silent');
    this.name = 'SilentHostError';
  }
}

/** Keeps the event stream of the host open and says whether the host is there. */
export class HostLink {
  readonly client: HostClient;
  readonly #listener: HostListener;
  readonly #log: Logger;
  readonly #silenceMs: number;
  readonly #stopped = new AbortController();
  readonly #giveUp = new Set<(reason: SilentHostError) => void>();
  #connected = false;
  #waiting: (() => void)[] = [];
  #running: Promise<void> | undefined;

  constructor(options: {
    client: HostClient;
    listener: HostListener;
    log: Logger;
    /** @default 20000 */
    silenceMs?: number | undefined;
  }) {
    this.#silenceMs = options.silenceMs ?? SILENCE_MS;
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

  /**
   * What `call` resolves with. It is left to itself when the host falls silent.
   *
   * @throws {SilentHostError}
   */
  async whileHeard<Result>(call: Promise<Result>): Promise<Result> {
    const { promise: silent, reject } = Promise.withResolvers<never>();
    this.#giveUp.add(reject);
    try {
      return await Promise.race([call, silent]);
    } finally {
      this.#giveUp.delete(reject);
    }
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
    const watchdog = setTimeout(() => {
      const reason = new SilentHostError();
      silent.abort(reason);
      this.#connected = false;
      for (const giveUp of this.#giveUp) giveUp(reason);
    }, this.#silenceMs);
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
