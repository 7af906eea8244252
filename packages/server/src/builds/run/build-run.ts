import type { OciMetadata, RuntimeDefaults, TemplateErrorDetail } from '@nullspace/contract';
import { readHostError } from '@nullspace/host';
import { ApiError } from '../../api-error.ts';
import type { Context } from '../../context.ts';
import type { KeyedGate } from '../../keyed-gate.ts';
import type { JsonValue } from '../../store/records.ts';
import type { BuildChange, BuildResult, StoredBuild } from '../../store/templates/template.ts';
import { namespaceOf } from '../../templates/namespace-of.ts';
import { presentOwn } from '../../templates/present-template.ts';
import type { BlobStore } from '../blobs/blob-store.ts';
import { BuildFailure } from '../build-failure.ts';
import type { BuildDefinition, BuildSecrets } from '../definition/definition.ts';
import { requireGiven } from '../definition/require-given.ts';
import type { Bell } from '../log/bell.ts';
import { BuildLog } from '../log/build-log.ts';
import { redactor } from '../log/redact.ts';
import { CacheCounts } from './cache-counts.ts';
import { fromHost } from './from-host.ts';
import { internalFailure, runBuild } from './run-build.ts';

type Made = { result: BuildResult; resultId: string };

class Cancelled extends Error {}
class Interrupted extends Error {}
class TimedOut extends Error {}

/** One attempt to make a build ready, from its first entry in the log to its recorded end. */
export class BuildRun {
  readonly build: StoredBuild;
  readonly #options: BuildRunOptions;
  readonly #stop = new AbortController();
  readonly #done = Promise.withResolvers<void>();
  readonly #counts = new CacheCounts();
  #reason: string | undefined;

  constructor(options: BuildRunOptions) {
    this.#options = options;
    this.build = options.build;
  }

  /** Resolves when the end is recorded, or was left to the next server. Never rejects. */
  async run(): Promise<void> {
    const { context, build } = this.#options;
    try {
      await this.#run();
    } catch (error) {
      context.log.error({ err: error, build_id: build.id }, 'a build was left unfinished');
    } finally {
      this.#done.resolve();
    }
  }

  /** Ends it, and resolves when that is recorded. The request itself is, so that the next server knows of it. */
  async cancel(reason: string | undefined): Promise<void> {
    const { context, build } = this.#options;
    this.#reason ??= reason;
    this.#stop.abort(new Cancelled('the build was cancelled'));
    const now = Date.now();
    const change = { cancelRequestedAt: now, cancellationReason: this.#reason ?? null };
    const noted = context.store.updateBuild(build.id, { from: ['waiting', 'building'], change, now });
    await Promise.all([noted, this.#done.promise]);
  }

  /** Breaks it off without an end. */
  async interrupt(): Promise<void> {
    this.#stop.abort(new Interrupted('the server stops'));
    await this.#done.promise;
  }

  async #run(): Promise<void> {
    const { context, build, bell, secrets, resumed } = this.#options;
    const { store, settings, log: serverLog } = context;
    const redact = redactor(secrets.secrets.values());
    const log = new BuildLog({
      store,
      log: serverLog,
      buildId: build.id,
      templateId: build.templateId,
      next: await store.nextLogOffset(build.id),
      redact,
      onFlushed: () => bell.ring(build.id),
    });
    const startedAt = build.startedAt ?? Date.now();
    const begun = { status: 'building', startedAt } as const;
    const taken = await store.updateBuild(build.id, {
      from: ['waiting', 'building'],
      change: begun,
      now: Date.now(),
    });
    if (!taken) return;
    context.reach('build.begun');
    if (resumed)
      log.add({ kind: 'warning', level: 'warn', message: 'The server was restarted; the build goes on' });
    else log.add({ kind: 'start', message: `Build ${build.id} has begun` });
    const timer = setTimeout(() => this.#stop.abort(new TimedOut('out of time')), settings.build_timeout_ms);
    try {
      // What equal builds share may be freed with another template before the end is recorded.
      for (let done = false; !done; ) {
        const made = await this.#make(log, redact);
        await log.flush();
        done = await this.#finish(log, made);
      }
    } catch (error) {
      await log.flush();
      await this.#fail(log, error);
    } finally {
      clearTimeout(timer);
      context.builds.artifacts.letGo(build.id);
    }
  }

  async #make(log: BuildLog, redact: (text: string) => string): Promise<Made> {
    const { context, build, secrets, blobs, equal } = this.#options;
    const definition = (await context.store.readDefinition(build.id)) as BuildDefinition;
    requireGiven(definition, secrets);
    const { config } = definition;
    const { signal } = this.#stop;
    const env = {
      context,
      buildId: build.id,
      tenantId: build.tenantId,
      definition,
      secrets,
      blobs,
      log,
      redact,
      counts: this.#counts,
      shape: {
        vcpus: config.vcpus,
        memoryMb: config.memory_mib,
        diskMb: config.disk_mb ?? context.settings.default_disk_mb,
        internetAccess: config.internet_access ?? true,
      },
      deadline: Date.now() + context.settings.build_timeout_ms,
      signal,
    };
    return runBuild(env, (key) => equal.enter(key, signal));
  }

  /** False: the result is gone, and nothing was recorded. */
  async #finish(log: BuildLog, { result, resultId }: Made): Promise<boolean> {
    const { context, build } = this.#options;
    const { store } = context;
    const now = Date.now();
    const template = await store.findTemplate(build.templateId);
    if (!template) throw new BuildFailure('finalize', 'The template was deleted while it was built');
    const before = await store.listTags(template.id);
    const moved = build.tags.map((tag) => ({ tag, buildId: build.id, createdAt: now }));
    const tags = [...before.filter(({ tag }) => !build.tags.includes(tag)), ...moved].sort((a, b) =>
      a.tag < b.tag ? -1 : 1,
    );
    const shown = presentOwn(
      { kind: 'own', template, tags, build: { ...build, result } },
      await namespaceOf(store, template.tenantId),
    );
    const entry = log.make({
      kind: 'end',
      message: `Template ${shown.canonical_ref} is ready`,
      result: shown,
      result_metadata: {
        runtime_defaults: result.runtimeDefaults as RuntimeDefaults,
        oci_metadata: result.ociMetadata as OciMetadata,
      },
    });
    const change = { about: this.#about() };
    if (this.#stop.signal.aborted) {
      log.takeBack(entry);
      throw this.#stop.signal.reason;
    }
    const finished = await store.finishBuild(build.id, { result, resultId, change, now, log: [entry] });
    if (finished === 'lost') {
      log.takeBack(entry);
      return false;
    }
    context.reach('build.finished');
    context.metrics.countBuild('ready', now - build.createdAt);
    return true;
  }

  async #fail(log: BuildLog, error: unknown): Promise<void> {
    const { context, build } = this.#options;
    const reason: unknown = this.#stop.signal.aborted ? this.#stop.signal.reason : undefined;
    if (reason instanceof Interrupted) return;
    const now = Date.now();
    const change: BuildChange = { finishedAt: now, about: this.#about() };
    if (reason instanceof Cancelled) {
      const why = this.#reason;
      const entry = log.make({
        kind: 'cancelled',
        level: 'warn',
        phase: 'interrupted',
        message: why ? `Cancelled: ${why}` : 'Cancelled',
      });
      const cancelled = {
        status: 'cancelled',
        cancelRequestedAt: now,
        cancellationReason: why ?? null,
      } as const;
      await context.store.updateBuild(build.id, {
        from: ['building'],
        change: { ...change, ...cancelled },
        now,
        log: [entry],
      });
      context.metrics.countBuild('cancelled', now - build.createdAt);
      return;
    }
    const failure =
      reason instanceof TimedOut ? outOfTime(context.settings.build_timeout_ms) : this.#toFailure(error);
    const detail: TemplateErrorDetail = { ...failure.detail, build_id: build.id };
    const { phase, message } = detail;
    const step = detail.step_index === undefined ? {} : { step_index: detail.step_index };
    const entry = log.make({ kind: 'error', level: 'error', phase, ...step, message, error_detail: detail });
    await context.store.updateBuild(build.id, {
      from: ['building'],
      change: { ...change, status: 'error', failure: detail as JsonValue },
      now,
      log: [entry],
    });
    context.metrics.countBuild('error', now - build.createdAt);
  }

  #toFailure(error: unknown): BuildFailure {
    const { context, build } = this.#options;
    if (error instanceof BuildFailure) return error;
    const refusal = readHostError(error);
    if (refusal) return fromHost(refusal);
    if (error instanceof ApiError) {
      const { code, message } = error;
      return new BuildFailure('prepare', message, {
        retryable: true,
        action: 'Build again.',
        details: { reason: code },
        cause: error,
      });
    }
    context.log.error({ err: error, build_id: build.id }, 'a build failed inside the server');
    return internalFailure(error);
  }

  #about(): StoredBuild['about'] {
    return { ...this.build.about, cacheSummary: this.#counts.toJSON() };
  }
}

export interface BuildRunOptions {
  context: Context;
  blobs: BlobStore;
  bell: Bell;
  equal: KeyedGate;
  build: StoredBuild;
  secrets: BuildSecrets;
  resumed: boolean;
}

function outOfTime(limitMs: number): BuildFailure {
  return new BuildFailure('interrupted', `The build took longer than the ${limitMs / 1000} s that it may`, {
    action: 'Split it, or raise build_timeout_ms of the server.',
    details: { reason: 'timeout' },
  });
}
