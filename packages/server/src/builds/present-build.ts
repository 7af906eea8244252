import type {
  BuildConfig,
  OciMetadata,
  RuntimeDefaults,
  TemplateBuild,
  TemplateErrorDetail,
} from '@nullspace/contract';
import type { Context } from '../context.ts';
import type { StoredBuild, StoredTemplate } from '../store/templates/template.ts';
import { DEFAULT_TAG } from '../templates/builtin.ts';
import { namespaceOf } from '../templates/namespace-of.ts';

/** A build as the API shows it. */
export async function showBuild({ store }: Context, build: StoredBuild): Promise<TemplateBuild> {
  const template = await store.findTemplate(build.templateId);
  return presentBuild(build, template, await namespaceOf(store, build.tenantId));
}

export function presentBuild(
  build: StoredBuild,
  template: StoredTemplate | undefined,
  namespace: string,
): TemplateBuild {
  const { about, result, status, startedAt, finishedAt, cancelRequestedAt } = build;
  const failure = build.failure as TemplateErrorDetail | null;
  const name = template?.name ?? '';
  const isPurged = status === 'ready' && result === null;
  return {
    build_id: build.id,
    template_id: build.templateId,
    name,
    tags: build.tags,
    status,
    created_at: at(build.createdAt),
    updated_at: at(build.updatedAt),
    queued_at: at(build.createdAt),
    build_backend: build.backend,
    source_type: build.source,
    ...optional('source_digest', about.sourceDigest),
    ...optional('context_digest', about.contextDigest),
    ...optional('dockerfile_digest', about.dockerfileDigest),
    ...optional('retry_of_build_id', about.retryOf),
    ...optional('original_build_id', about.original),
    ...optional('cache_summary', about.cacheSummary),
    ...optional('cancellation_reason', build.cancellationReason ?? undefined),
    ...(startedAt === null ? {} : { started_at: at(startedAt) }),
    ...(finishedAt === null
      ? {}
      : { finished_at: at(finishedAt), duration_ms: finishedAt - (startedAt ?? finishedAt) }),
    ...(cancelRequestedAt === null ? {} : { cancel_requested_at: at(cancelRequestedAt) }),
    ...(failure ? { failure_phase: failure.phase, error: failure.message, error_detail: failure } : {}),
    canonical_ref: `${namespace}/${name}:${build.tags[0] ?? DEFAULT_TAG}`,
    namespace_slug: namespace,
    visibility: template?.visibility ?? 'private',
    build_config: about.config as BuildConfig,
    artifact_availability: isPurged ? purged.availability : availability[status],
    promotability: isPurged ? purged.promotability : promotability[status],
    ...(result && result.sizeBytes > 0 ? { size_bytes: result.sizeBytes } : {}),
    ...(result
      ? {
          runtime_defaults: result.runtimeDefaults as RuntimeDefaults,
          oci_metadata: result.ociMetadata as OciMetadata,
        }
      : {}),
    artifact_ids: result ? [result.image, ...(result.snapshotId === null ? [] : [result.snapshotId])] : [],
  };
}

const availability = {
  waiting: { status: 'unavailable', reason: 'the build waits' },
  building: { status: 'publishing' },
  ready: { status: 'available' },
  error: { status: 'failed', reason: 'the build failed' },
  cancelled: { status: 'unavailable', reason: 'the build was cancelled' },
} as const;

const promotability = {
  waiting: { status: 'not_ready', promotable: false },
  building: { status: 'not_ready', promotable: false },
  ready: { status: 'promotable', promotable: true },
  error: { status: 'unavailable', promotable: false, reason: 'the build failed' },
  cancelled: { status: 'unavailable', promotable: false, reason: 'the build was cancelled' },
} as const;

const reason = 'its files were removed since newer builds replaced it; retry makes them again';
const purged = {
  availability: { status: 'unavailable', reason },
  promotability: { status: 'purged', promotable: false, reason },
} as const;

function at(time: number): string {
  return new Date(time).toISOString();
}

function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [key in K]?: V };
}
