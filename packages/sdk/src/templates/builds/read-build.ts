import type {
  PlanResult,
  TemplateBuild as WireBuild,
  BuildLogEntry as WireEntry,
  BuildState as WireState,
} from '@nullspace/contract';
import { date } from '../../client/date.ts';
import { buildFailure } from '../../errors/failure-details.ts';
import { readTemplate } from '../read-template.ts';
import type { BuildInfo, BuildLogEntry, BuildPlan, BuildState } from './types.ts';

export function readBuild(wire: WireBuild): BuildInfo {
  const config = wire.build_config;
  return {
    buildId: wire.build_id,
    templateId: wire.template_id,
    name: wire.name,
    tags: wire.tags,
    status: wire.status,
    createdAt: date(wire.created_at),
    updatedAt: date(wire.updated_at),
    queuedAt: date(wire.queued_at),
    startedAt: date(wire.started_at),
    finishedAt: date(wire.finished_at),
    durationMs: wire.duration_ms ?? undefined,
    buildBackend: wire.build_backend ?? 'native',
    sourceType: wire.source_type ?? 'declarative',
    sourceDigest: wire.source_digest ?? undefined,
    contextDigest: wire.context_digest ?? undefined,
    dockerfileDigest: wire.dockerfile_digest ?? undefined,
    canonicalRef: wire.canonical_ref ?? undefined,
    namespaceSlug: wire.namespace_slug ?? undefined,
    cacheSummary: wire.cache_summary ?? {},
    artifactAvailability: wire.artifact_availability ?? undefined,
    promotability: wire.promotability ?? undefined,
    ociMetadata: wire.oci_metadata ?? undefined,
    artifactIds: wire.artifact_ids ?? [],
    sizeBytes: wire.size_bytes ?? undefined,
    buildConfig: {
      vcpus: config?.vcpus,
      memoryMb: config?.memory_mib,
      diskMb: config?.disk_mb,
      internetAccess: config?.internet_access,
    },
    error: wire.error ?? undefined,
    failure: buildFailure(wire.error_detail),
    retryOfBuildId: wire.retry_of_build_id ?? undefined,
    originalBuildId: wire.original_build_id ?? undefined,
    cancellationReason: wire.cancellation_reason ?? undefined,
  };
}

export function readLogEntry(wire: WireEntry): BuildLogEntry {
  return {
    buildId: wire.build_id,
    templateId: wire.template_id,
    offset: wire.offset,
    timestamp: new Date(wire.timestamp),
    kind: wire.kind,
    level: wire.level,
    message: wire.message,
    phase: wire.phase ?? undefined,
    stepIndex: wire.step_index ?? undefined,
    totalSteps: wire.total_steps ?? undefined,
    cacheKind: wire.cache_kind ?? undefined,
    cacheStatus: wire.cache_status ?? undefined,
    cacheReason: wire.cache_reason ?? undefined,
    cacheSubject: wire.cache_subject ?? undefined,
    failure: buildFailure(wire.error_detail),
    result: wire.result ? readTemplate(wire.result) : undefined,
  };
}

export function readState(wire: WireState): BuildState {
  return {
    build: readBuild(wire.build),
    entries: wire.entries.map(readLogEntry),
    nextOffset: wire.next_offset,
  };
}

export function readPlan(wire: PlanResult): BuildPlan {
  const manifest = wire.context_manifest;
  return {
    buildPlan: wire.build_plan,
    requiresBaseImageAuth: wire.requires_base_image_auth,
    buildBackend: wire.build_backend ?? 'native',
    sourceType: wire.source_type ?? 'declarative',
    sourceDigest: wire.source_digest ?? undefined,
    dockerfileDigest: wire.dockerfile_digest ?? undefined,
    warnings: wire.warnings ?? [],
    contextManifest: manifest && {
      contextManifestId: manifest.context_manifest_id,
      contextDigest: manifest.context_digest,
      fileCount: manifest.file_count,
    },
  };
}
