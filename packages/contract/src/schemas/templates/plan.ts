import * as z from 'zod';
import { buildSource } from './build-record.ts';
import { buildBackend } from './build-request.ts';

export const validateResult = z.object({
  valid: z.boolean(),
  errors: z.array(z.object({ code: z.string(), message: z.string(), phase: z.string().optional() })),
  warnings: z.array(z.string()),
});
export type ValidateResult = z.infer<typeof validateResult>;

export const planResult = z.object({
  build_plan: z.record(z.string(), z.unknown()),
  requires_base_image_auth: z.boolean(),
  build_backend: buildBackend,
  source_type: buildSource,
  source_digest: z.string(),
  dockerfile_digest: z.string().optional(),
  warnings: z.array(z.string()),
  context_manifest: z
    .object({ context_manifest_id: z.string(), context_digest: z.string(), file_count: z.number().int() })
    .optional(),
});
export type PlanResult = z.infer<typeof planResult>;
