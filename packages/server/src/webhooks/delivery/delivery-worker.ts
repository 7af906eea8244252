import type { Logger } from 'pino';
import type { ServerMetrics } from '../../metrics/server-metrics.ts';
import type { Store } from '../../store/store.ts';
import type { ClaimedDelivery, Webhook } from '../../store/webhooks/webhook.ts';
import { type AddressRules, createAddressRules } from '../target/address-rules.ts';
import { type ResolveName, resolveName } from '../target/resolve-name.ts';
import { buildRequest } from './build-request.ts';
import { type PostResult, post } from './post.ts';
import { retryDelay } from './retry-delay.ts';
import { Slots } from './slots.ts';

/** How often the store is asked for what has become due. */
const POLL_MS = 1000;
/** Looks at the store follow each other no faster, however many events are recorded. */
const SHORTEST_PAUSE_MS = 20;
/** A receiver that has not answered by then has failed. */
const ATTEMPT_MS = 10_000;
/** A claim outlives its attempt, so that only a server that died loses it. */
const CLAIM_MS = 30_000;
const WEBHOOKS_AT_ONCE = 1000;

interface Options {
  store: Store;
  log: Logger;
  version: string;
  settings: {
    webhook_allow_ranges: string;
    guest_range: string;
    webhook_max_attempts: number;
    webhook_retry_ms: number;
  };
  metrics?: Pick<ServerMetrics, 'countWebhookAttempt'>;
  resolve?: ResolveName;
  /** Milliseconds after which others may take up the deliveries of a server that died. */
  claimMs?: number;
}

/**
 * Posts what is queued. Several servers may work on one store. An event arrives at least once: whoever is killed
 * between a call and its record leaves the delivery to be repeated under the same id.
 */
export class DeliveryWorker {
  readonly #options: Options;
  readonly #rules: AddressRules;
  readonly #slots = new Slots();
  readonly #cut = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #timer: NodeJS.Timeout | undefined;
  #stopListening: (() => void) | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(options: Options) {
    this.#options = options;
    this.#rules = createAddressRules(options.settings);
  }

  async start(): Promise<void> {
    const { store } = this.#options;
    // One server at a time works on SQLite: what is in progress was left by one that died.
    if (store.dialect === 'sqlite') await store.endClaims(Date.now());
    this.#stopListening = store.onEvents((_tenantId, { forWebhooks }) => {
      if (forWebhooks) this.#look();
    });
    this.#timer = setInterval(() => this.#look(), POLL_MS);
    this.#timer.unref();
    this.#look();
  }

  /** Begins no further attempt, gives those under way a moment, and cuts off the rest: they are due again. */
  async stop({ graceMs }: { graceMs: number }): Promise<void> {
    this.#stopped = true;
    this.#stopListening?.();
    clearInterval(this.#timer);
    await this.#looking;
    const overdue = setTimeout(() => this.#cut.abort(), graceMs);
    await Promise.all(this.#underWay);
    clearTimeout(overdue);
  }

  /** Begins what is due, now or right after the look that is going on. */
  #look(): void {
    if (this.#stopped) return;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#looking = this.#fill().finally(() => {
      this.#looking = undefined;
      if (this.#again) this.#look();
    });
  }

  async #fill(): Promise<void> {
    this.#again = false;
    const { store, log } = this.#options;
    try {
      const webhooks = await store.listDueWebhooks({ now: Date.now(), limit: WEBHOOKS_AT_ONCE });
      // Whose tenant has least under way comes first.
      webhooks.sort((a, b) => this.#slots.ofTenant(a.tenantId) - this.#slots.ofTenant(b.tenantId));
      for (const webhook of webhooks) {
        if (this.#stopped) return;
        await this.#claim(webhook);
      }
    } catch (error) {
      log.warn({ err: error }, 'webhook deliveries were not claimed');
    }
    await new Promise((resolve) => setTimeout(resolve, SHORTEST_PAUSE_MS));
  }

  async #claim(webhook: Webhook): Promise<void> {
    const limit = this.#slots.room(webhook);
    if (limit === 0) return;
    const now = Date.now();
    const request = { webhookId: webhook.id, now, until: now + (this.#options.claimMs ?? CLAIM_MS), limit };
    for (const claimed of await this.#options.store.claimDeliveries(request)) {
      const attempt = this.#attempt(webhook, claimed);
      this.#underWay.add(attempt);
      void attempt.finally(() => this.#underWay.delete(attempt));
    }
  }

  async #attempt(webhook: Webhook, claimed: ClaimedDelivery): Promise<void> {
    const { log } = this.#options;
    const leave = this.#slots.enter(webhook);
    let wasDelivered = false;
    try {
      wasDelivered = await this.#deliver(webhook, claimed);
    } catch (error) {
      // The claim ends by itself, and the delivery is due again.
      log.warn({ err: error, delivery_id: claimed.id }, 'a webhook attempt was not recorded');
    }
    leave(wasDelivered);
    this.#look();
  }

  async #deliver(webhook: Webhook, claimed: ClaimedDelivery): Promise<boolean> {
    const { store, log, settings, metrics } = this.#options;
    const attemptedAt = Date.now();
    const began = performance.now();
    const { responseStatus, error } = await this.#call(webhook, claimed, attemptedAt);
    const durationMs = Math.round(performance.now() - began);
    const { webhook_retry_ms: firstMs, webhook_max_attempts: maxAttempts } = settings;
    const delay = error?.code === 'interrupted' ? 0 : retryDelay(claimed.attempt, { firstMs, maxAttempts });
    const status = await store.finishAttempt(claimed, {
      attemptedAt,
      durationMs,
      responseStatus,
      error,
      retryAt: delay === null ? null : Date.now() + delay,
    });
    metrics?.countWebhookAttempt({ errorCode: error?.code, isLast: status === 'dead_letter' });
    const { id: delivery_id, attempt } = claimed;
    const about = { delivery_id, webhook_id: webhook.id, tenant_id: webhook.tenantId, attempt, status };
    log.debug({ ...about, response_status: responseStatus, code: error?.code }, 'webhook attempt');
    return error === null;
  }

  async #call(webhook: Webhook, claimed: ClaimedDelivery, now: number): Promise<PostResult> {
    const { version, resolve = resolveName } = this.#options;
    try {
      return await post(new URL(webhook.url), {
        ...buildRequest(webhook, claimed, { now, version }),
        timeoutMs: ATTEMPT_MS,
        rules: this.#rules,
        resolve,
        signal: this.#cut.signal,
      });
    } catch {
      const message = 'The server was stopped during the attempt: the event may have arrived.';
      return { responseStatus: null, error: { code: 'interrupted', message } };
    }
  }
}
