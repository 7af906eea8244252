import type { BuildRow, LayerRow, TemplateRow } from '../schema.ts';
import type { StoredBuild, StoredLayer, StoredTemplate } from './template.ts';

export function toTemplate(row: TemplateRow): StoredTemplate {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    name: row.name,
    visibility: row.visibility,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    publishedAt: row.published_at,
  };
}

export function toBuild(row: BuildRow): StoredBuild {
  return {
    id: row.id,
    templateId: row.template_id,
    tenantId: row.tenant_id,
    status: row.status,
    backend: row.backend,
    source: row.source_type,
    tags: JSON.parse(row.tags),
    about: JSON.parse(row.about),
    result: row.result === null ? null : JSON.parse(row.result),
    failure: row.failure === null ? null : JSON.parse(row.failure),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    cancelRequestedAt: row.cancel_requested_at,
    cancellationReason: row.cancellation_reason,
  };
}

export function toLayer(row: LayerRow): StoredLayer {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    kind: row.kind,
    ready: row.ready === 1,
    value: JSON.parse(row.value),
    sizeBytes: row.size_bytes,
    createdAt: row.created_at,
    usedAt: row.used_at,
  };
}

/** JSON as a column holds it; PostgreSQL has no place for the character NUL in text. */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('\\u0000', '\\ufffd');
}
