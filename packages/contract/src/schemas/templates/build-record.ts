import * as z from 'zod';
import { limits } from '../../limits.ts';
import { queryInteger } from '../query-integer.ts';
import { timestamp } from '../sandbox-info.ts';
import { buildLogEntry, templateErrorDetail } from './build-log.ts';
import { buildBackend, buildConfig, buildSecrets, registryAuth } from './build-request.ts';
import { templateTags } from './names.ts';
import { ociMetadata, runtimeDefaults } from './runtime-config.ts';
import { templateVisibility } from './template.ts';

export const buildStatus = z.enum(['waiting', 'building', 'ready', 'error', 'cancelled']);
export type BuildStatus = z.infer<typeof buildStatus>;

export const buildSource = z.enum(['declarative', 'dockerfile', 'oci_import', 'template_base']);
export type BuildSource = z.infer<typeof buildSource>;

const counts = (name: 'final_artifact' | 'layer' | 'file_blob') =>
  Object.fromEntries(
    (['hits', 'misses', 'bypasses', 'stores'] as const).map((what) => [`${name}_${what}`, z.number().int()]),
  );
export const cacheSummary = z.object({
  ...counts('final_artifact'),
  ...counts('layer'),
  ...counts('file_blob'),
}) as z.ZodType<Record<string, number>>;

export const templateBuild = z.object({
  build_id: z.string(),
  template_id: z.string(),
  name: z.string(),
  tags: z.array(z.string()),
  status: buildStatus,
  created_at: timestamp,
  updated_at: timestamp,
  build_backend: buildBackend,
  source_type: buildSource,
  source_digest: z.string().optional(),
  context_digest: z.string().optional(),
  dockerfile_digest: z.string().optional(),
  triggered_by: z.string().optional(),
  failure_phase: z.string().optional(),
  error: z.string().optional(),
  retry_of_build_id: z.string().optional(),
  original_build_id: z.string().optional(),
  cancel_requested_by: z.string().optional(),
  cancellation_reason: z.string().optional(),
  canonical_ref: z.string().optional(),
  namespace_slug: z.string().optional(),
  queued_at: timestamp.optional(),
  started_at: timestamp.optional(),
  finished_at: timestamp.optional(),
  cancel_requested_at: timestamp.optional(),
  duration_ms: z.number().int().optional(),
  build_config: buildConfig.optional(),
  cache_summary: cacheSummary.optional(),
  artifact_availability: z
    .object({
      status: z.enum(['available', 'publishing', 'warming', 'unavailable', 'failed']),
      reason: z.string().optional(),
    })
    .optional(),
  promotability: z
    .object({
      status: z.enum(['promotable', 'not_ready', 'expired', 'purged', 'unavailable']),
      promotable: z.boolean(),
      reason: z.string().optional(),
    })
    .optional(),
  runtime_defaults: runtimeDefaults.optional(),
  oci_metadata: ociMetadata.optional(),
  artifact_ids: z.array(z.string()),
  size_bytes: z
    .number()
    .int()
    .optional()
    .describe('Of the root image, where the build has made one that is still kept.'),
  error_detail: templateErrorDetail.optional(),
  visibility: templateVisibility.optional(),
});
export type TemplateBuild = z.infer<typeof templateBuild>;

export const listBuildsQuery = z.strictObject({
  status: buildStatus.optional(),
  backend: buildBackend.optional(),
  source_type: buildSource.optional(),
  limit: queryInteger({ min: 1, max: 100 }).optional().meta({ default: 50 }),
  cursor: z.string().max(256).optional(),
});
export type ListBuildsQuery = z.input<typeof listBuildsQuery>;

export const buildPage = z.object({ builds: z.array(templateBuild), next_cursor: z.string().nullable() });
export type BuildPage = z.infer<typeof buildPage>;

const offset = queryInteger({ min: 0, max: limits.log_offset });
export const buildStateQuery = z.strictObject({ offset: offset.optional().meta({ default: 0 }) });
export const buildState = z.object({
  build: templateBuild,
  entries: z.array(buildLogEntry).describe('At most 1000.'),
  next_offset: z.number().int().describe('Offset after the last entry here.'),
});
export type BuildState = z.infer<typeof buildState>;

export const buildLogsQuery = z.strictObject({
  follow: z
    .enum(['true', 'false'])
    .optional()
    .describe('true: ends after the last entry of the build; false: when what there is was sent.')
    .meta({ default: 'false' }),
  offset: offset.optional(),
  cursor: offset.optional().describe('The same as offset.'),
});

/** Published clients send no body for a cancel without a reason. */
export const cancelBuildRequest = z.strictObject({ reason: z.string().max(1024).nullish() }).nullish();
export const retryBuildRequest = z
  .strictObject({
    tags: templateTags.optional(),
    base_image_auth: registryAuth.optional(),
    registry_auth: z.array(z.record(z.string(), z.unknown())).max(10).optional(),
    build_secrets: buildSecrets.optional(),
  })
  .nullish();
export type RetryBuildRequest = z.input<typeof retryBuildRequest>;
