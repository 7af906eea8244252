import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Tls } from '../listen.ts';
import { AcmeFolder } from './acme-folder.ts';
import type { AcmeFailure, AcmeJob, AcmeResult } from './job.ts';
import { describeMeans, readState, writeState } from './renewal-state.ts';
import { runAttempt } from './run-attempt.ts';
import { type Lifetime, renewalAt, retryDelay } from './schedule.ts';

/** The clock is looked at this often: it may be set, and the machine may sleep. */
const LOOK_MS = 3600 * 1000;
/** A wait that is longer than any we set comes from a clock that was ahead. */
const LONGEST_WAIT_MS = 9 * 24 * 3600 * 1000;

/** The certificate of previews: gets it when there is none, renews it in time, and keeps it over restarts. */
export class AcmeCertificate {
  /** Undefined until there is one. One that has expired is served all the same: its error tells more than none. */
  tls: Tls | undefined;
  failures = 0;
  /** Called after each attempt. */
  onAttempt = (_outcome: AcmeFailure | 'issued'): void => {};
  readonly #options: { job: AcmeJob; retryMs: number; log: Logger };
  readonly #folder: AcmeFolder;
  readonly #stopped = new AbortController();
  #lifetime: Lifetime | undefined;
  #issuedBy: string | null = null;
  #renewAt = 0;
  #nextAttemptAt = 0;
  #lastError: { reason: AcmeFailure; message: string; at: string } | null = null;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(options: { job: AcmeJob; retryMs: number; log: Logger }) {
    this.#options = options;
    this.#folder = new AcmeFolder(options.job.folder);
  }

  /** End of the certificate's life, in milliseconds of Unix time. */
  get expiresAt(): number | undefined {
    return this.#lifetime?.notAfter;
  }

  /** Takes up what an earlier server has left. */
  async open(): Promise<void> {
    const { job } = this.#options;
    await mkdir(job.folder, { recursive: true, mode: 0o700 });
    const state = await readState(job.folder);
    await this.#load();
    this.#issuedBy = this.tls ? (state.issued_by ?? job.directory) : null;
    if (state.made_with !== describeMeans(job)) return;
    this.failures = state.failures ?? 0;
    this.#lastError = state.last_error ?? null;
    this.#nextAttemptAt = Date.parse(state.next_attempt_at ?? '') || 0;
  }

  /** @param onRenewed Called with every further certificate. */
  async start(onRenewed: (tls: Tls) => void): Promise<void> {
    await this.#save();
    this.#plan(onRenewed);
  }

  /** Ends an attempt that is under way; the next server goes on with it. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    clearTimeout(this.#timer);
    await this.#running;
  }

  #plan(onRenewed: (tls: Tls) => void): void {
    if (this.#stopped.signal.aborted) return;
    const waitMs = this.#dueAt() - Date.now();
    if (waitMs > 0) {
      this.#timer = setTimeout(() => this.#plan(onRenewed), Math.min(waitMs, LOOK_MS)).unref();
      return;
    }
    this.#running = this.#attempt(onRenewed)
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'an attempt by ACME was not noted'))
      .then(() => this.#plan(onRenewed));
  }

  #dueAt(): number {
    const { directory } = this.#options.job;
    const due = this.tls && this.#issuedBy === directory ? this.#renewAt : 0;
    const ahead = this.#nextAttemptAt - Date.now() > LONGEST_WAIT_MS;
    return ahead ? due : Math.max(due, this.#nextAttemptAt);
  }

  async #attempt(onRenewed: (tls: Tls) => void): Promise<void> {
    const { job, log } = this.#options;
    const { domain, directory } = job;
    log.info({ domain, directory }, 'asking for a certificate of previews');
    const result = await runAttempt(job, this.#stopped.signal);
    if (this.#stopped.signal.aborted) return;
    for (const warning of result.warnings) log.warn({ domain }, warning);
    if (result.outcome === 'issued') await this.#succeed(onRenewed);
    else this.#fail(result);
    this.onAttempt(result.outcome);
    await this.#save();
  }

  async #succeed(onRenewed: (tls: Tls) => void): Promise<void> {
    const { job, log } = this.#options;
    const tls = await this.#load();
    if (!tls) return this.#fail({ outcome: 'internal', message: 'the certificate cannot be read back' });
    this.failures = 0;
    this.#lastError = null;
    this.#nextAttemptAt = 0;
    this.#issuedBy = job.directory;
    onRenewed(tls);
    const expires = new Date(this.expiresAt!).toISOString();
    log.info({ domain: job.domain, expires_at: expires }, 'previews have a certificate');
  }

  #fail(result: Omit<Exclude<AcmeResult, { outcome: 'issued' }>, 'warnings'>): void {
    const { job, log, retryMs: firstMs } = this.#options;
    const { outcome: reason, message, retryAfterMs } = result;
    this.failures += 1;
    this.#lastError = { reason, message, at: new Date().toISOString() };
    this.#nextAttemptAt = Date.now() + retryDelay(this.failures, { firstMs, retryAfterMs });
    const next = new Date(this.#nextAttemptAt).toISOString();
    const about = { domain: job.domain, reason, failures: this.failures, next_attempt_at: next };
    log[this.tls ? 'warn' : 'error'](about, `previews got no certificate: ${message}`);
  }

  /** Reads what is in the folder; what is none for this domain counts as nothing. */
  async #load(): Promise<Tls | undefined> {
    const pem = await this.#folder.readCertificate();
    if (!pem) return undefined;
    try {
      const certificate = new X509Certificate(pem);
      const fits = certificate.checkPrivateKey(createPrivateKey(pem));
      if (!fits || !certificate.checkHost(`a.${this.#options.job.domain}`)) return undefined;
      this.#lifetime = {
        notBefore: certificate.validFromDate.getTime(),
        notAfter: certificate.validToDate.getTime(),
      };
    } catch {
      return undefined;
    }
    this.#renewAt = renewalAt(this.#lifetime);
    this.tls = { cert: pem, key: pem };
    return this.tls;
  }

  async #save(): Promise<void> {
    const { job, log } = this.#options;
    const time = (ms: number | undefined) => (ms ? new Date(ms).toISOString() : null);
    await writeState(job.folder, {
      domain: job.domain,
      issued_by: this.#issuedBy,
      expires_at: time(this.expiresAt),
      renew_at: time(this.tls && this.#renewAt),
      failures: this.failures,
      last_error: this.#lastError,
      next_attempt_at: time(this.#nextAttemptAt),
      made_with: describeMeans(job),
    }).catch((error: unknown) => log.warn({ err: error }, 'the state of ACME was not written'));
  }
}
