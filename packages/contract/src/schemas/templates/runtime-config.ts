import * as z from 'zod';
import { limits } from '../../limits.ts';
import { environment } from '../environment.ts';

const pacing = {
  timeout_secs: z.number().positive().max(3600).default(30).describe('How long until it must be ready.'),
  interval_ms: z.number().int().min(10).max(600_000).default(500).describe('Pause between two attempts.'),
  startup_grace_secs: z
    .number()
    .min(0)
    .max(3600)
    .default(2)
    .describe('Time before the first attempt counts.'),
};
const port = z.number().int().min(1).max(65_535);

/** When a started template counts as ready. */
export const readiness = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tcp'), port, ...pacing }),
  z.object({ kind: z.literal('http'), port, path: z.string().min(1).max(2048), ...pacing }),
  z.object({ kind: z.literal('command'), command: z.string().min(1).max(limits.command_bytes), ...pacing }),
  z.object({ kind: z.literal('timeout'), timeout_ms: z.number().int().min(0).max(3_600_000) }),
]);
export type Readiness = z.infer<typeof readiness>;

export const runtimeConfig = z.object({
  default_user: z.string().min(1).max(256).optional(),
  default_workdir: z.string().startsWith('/').max(limits.path_bytes).optional(),
  default_envs: environment.optional(),
  readiness: readiness.optional(),
});
export type RuntimeConfig = z.infer<typeof runtimeConfig>;

/** What sandboxes of a template begin with. Of the environment the names alone. */
export const runtimeDefaults = z.object({
  default_env_keys: z.array(z.string()).optional(),
  start_cmd: z.string().optional(),
  default_user: z.string().optional(),
  default_workdir: z.string().optional(),
  readiness: readiness.optional(),
});
export type RuntimeDefaults = z.infer<typeof runtimeDefaults>;

/** What an image says of itself without effect on its sandboxes. */
export const ociMetadata = z.object({
  labels: z.record(z.string(), z.string()).optional(),
  exposed_ports: z.array(z.string()).optional(),
  volumes: z.array(z.string()).optional(),
  healthcheck: z
    .object({
      test: z.array(z.string()),
      interval_ns: z.number().int().optional(),
      timeout_ns: z.number().int().optional(),
      start_period_ns: z.number().int().optional(),
      retries: z.number().int().optional(),
      mapped_readiness: readiness.optional(),
    })
    .optional(),
});
export type OciMetadata = z.infer<typeof ociMetadata>;
