import * as z from 'zod';
import { timestamp } from '../sandbox-info.ts';
import { ociMetadata, runtimeDefaults } from './runtime-config.ts';
import { template } from './template.ts';

export const buildPhase = z.enum([
  'auth',
  'preflight',
  'blob_upload',
  'prepare',
  'build_step',
  'readiness',
  'snapshot',
  'finalize',
  'interrupted',
]);
export type BuildPhase = z.infer<typeof buildPhase>;

/** What went wrong in a build. */
export const templateErrorDetail = z.object({
  code: z.string(),
  message: z.string(),
  suggested_action: z.string(),
  phase: buildPhase,
  retryable: z.boolean(),
  step_index: z.number().int().optional().describe('From 0.'),
  attempt: z.number().int().optional(),
  max_attempts: z.number().int().optional(),
  cache_subject: z.string().optional(),
  build_id: z.string().optional(),
  request_id: z.string().optional(),
  details: z.record(z.string(), z.unknown()).optional(),
});
export type TemplateErrorDetail = z.infer<typeof templateErrorDetail>;

export const buildLogKind = z.enum([
  'start',
  'message',
  'cache',
  'retry',
  'warning',
  'error',
  'cancelled',
  'end',
]);
export type BuildLogKind = z.infer<typeof buildLogKind>;

export const buildLogEntry = z.object({
  build_id: z.string(),
  template_id: z.string(),
  offset: z.number().int(),
  timestamp,
  kind: buildLogKind,
  level: z.enum(['debug', 'info', 'warn', 'error']),
  message: z.string(),
  phase: z.string().optional(),
  step_index: z.number().int().optional(),
  total_steps: z.number().int().optional(),
  attempt: z.number().int().optional(),
  max_attempts: z.number().int().optional(),
  cache_kind: z.enum(['file_blob', 'layer', 'final_artifact']).optional(),
  cache_status: z.enum(['hit', 'miss', 'stored', 'bypass']).optional(),
  cache_reason: z
    .enum(['whole_build_skip_cache', 'builder_cache_boundary', 'force_upload', 'missing_or_incompatible'])
    .optional(),
  cache_subject: z.string().optional(),
  error_detail: templateErrorDetail.optional(),
  result: template.optional(),
  result_metadata: z
    .object({ runtime_defaults: runtimeDefaults.optional(), oci_metadata: ociMetadata.optional() })
    .optional(),
});
export type BuildLogEntry = z.infer<typeof buildLogEntry>;
