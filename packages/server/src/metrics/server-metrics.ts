import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { AskedPool, Phases } from '../store/records.ts';
import { CheckoutMetrics } from './pool-metrics.ts';

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Numbers for operators, in the form that Prometheus reads. */
export class ServerMetrics {
  readonly registry = new Registry();
  readonly #creates: Counter<'outcome'>;
  readonly #checkouts: CheckoutMetrics;
  readonly #failures: Counter<'code'>;
  readonly #phases: Histogram<'phase'>;
  readonly #requests: Histogram<'operation' | 'status'>;
  readonly #guardKills: Counter<'guard'>;
  readonly #webhookAttempts: Counter<'outcome'>;
  readonly #deadLetters: Counter;
  readonly #builds: Histogram<'outcome'>;
  readonly #streams: Gauge;

  constructor(options: { countRunning: () => number; isHostConnected: () => boolean }) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry, prefix: 'nullspace_' });
    this.#creates = new Counter({
      name: 'nullspace_sandbox_creates_total',
      help: 'Sandboxes asked for, by outcome.',
      labelNames: ['outcome'],
      registers,
    });
    this.#checkouts = new CheckoutMetrics(this.registry);
    this.#failures = new Counter({
      name: 'nullspace_failures_total',
      help: 'Requests that were refused or failed, by error code.',
      labelNames: ['code'],
      registers,
    });
    this.#phases = new Histogram({
      name: 'nullspace_sandbox_create_phase_seconds',
      help: 'How long each phase of a create took.',
      labelNames: ['phase'],
      buckets: seconds,
      registers,
    });
    this.#requests = new Histogram({
      name: 'nullspace_http_request_seconds',
      help: 'How long requests took, by operation and status.',
      labelNames: ['operation', 'status'],
      buckets: seconds,
      registers,
    });
    this.#guardKills = new Counter({
      name: 'nullspace_guard_kills_total',
      help: 'Commands that ended because their sandbox ran out of memory or processes, by guard.',
      labelNames: ['guard'],
      registers,
    });
    this.#webhookAttempts = new Counter({
      name: 'nullspace_webhook_attempts_total',
      help: 'Calls of webhooks, by outcome: delivered, or an error code.',
      labelNames: ['outcome'],
      registers,
    });
    this.#builds = new Histogram({
      name: 'nullspace_template_build_seconds',
      help: 'How long template builds took from their queueing, by outcome.',
      labelNames: ['outcome'],
      buckets: [0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600],
      registers,
    });
    this.#deadLetters = new Counter({
      name: 'nullspace_webhook_dead_letters_total',
      help: 'Events that a webhook did not take in all its attempts.',
      registers,
    });
    this.#streams = new Gauge({ name: 'nullspace_live_streams', help: 'Open WebSockets.', registers });
    new Gauge({
      name: 'nullspace_sandboxes_running',
      help: 'Running sandboxes.',
      registers,
      collect() {
        this.set(options.countRunning());
      },
    });
    new Gauge({
      name: 'nullspace_host_connected',
      help: '1 while the host answers.',
      registers,
      collect() {
        this.set(options.isHostConnected() ? 1 : 0);
      },
    });
  }

  /** Counts a create that came up, and its phases. */
  observeCreate(phases: Phases | null): void {
    this.#creates.inc({ outcome: 'running' });
    if (!phases) return;
    const { queueMs, slotMs, engineMs, agentMs, configureMs } = phases;
    const byName = { queue: queueMs, slot: slotMs, engine: engineMs, agent: agentMs, configure: configureMs };
    for (const [phase, ms] of Object.entries(byName)) this.#phases.observe({ phase }, ms / 1000);
  }

  /** Counts a create that named a warm pool and came up. */
  observeCheckout(asked: AskedPool): void {
    this.#checkouts.observe(asked);
  }

  countFailedCreate(): void {
    this.#creates.inc({ outcome: 'failed' });
  }

  countGuardKill(guard: string): void {
    this.#guardKills.inc({ guard });
  }

  /** Counts a call of a webhook; `errorCode` is undefined when it was delivered. */
  countWebhookAttempt({ errorCode, isLast }: { errorCode: string | undefined; isLast: boolean }): void {
    this.#webhookAttempts.inc({ outcome: errorCode ?? 'delivered' });
    if (errorCode !== undefined && isLast) this.#deadLetters.inc();
  }

  countFailure(code: string): void {
    this.#failures.inc({ code });
  }

  observeRequest(operation: string, status: number, durationMs: number): void {
    this.#requests.observe({ operation, status: String(status) }, durationMs / 1000);
  }

  /** Adds to the number of open WebSockets. */
  changeStreams(by: 1 | -1): void {
    this.#streams.inc(by);
  }

  countBuild(outcome: 'ready' | 'error' | 'cancelled', tookMs: number): void {
    this.#builds.observe({ outcome }, tookMs / 1000);
  }
}
