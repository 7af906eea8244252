import * as z from 'zod';
import { limits } from '../limits.ts';
import { environment } from './environment.ts';
import { metadata } from './metadata.ts';
import { networkRequest } from './network-policy.ts';
import { sandboxPath, workingDirectory } from './paths.ts';
import { checkoutRequest } from './warm-pool-checkout.ts';

/** Whole milliseconds that a sandbox may live. */
export const timeoutMs = z.number().int().min(1).max(limits.ceiling_timeout_ms);
export const timeoutAction = z.enum(['destroy', 'hibernate']);

const desktop = z.strictObject({
  resolution: z.strictObject({ width: z.number().int().min(1), height: z.number().int().min(1) }).optional(),
  dpi: z.number().int().min(1).optional(),
  display: z
    .string()
    .regex(/^:\d+$/)
    .optional(),
});

const volumeMount = z.strictObject({
  ref: z.string().min(1).max(255),
  mount_path: workingDirectory,
  read_only: z.boolean().default(false),
  subpath: sandboxPath.optional(),
});

/** Values of a create that names none. */
export const createDefaults = { template: 'base', vcpus: 2, memory_mb: 512, timeout_ms: 300_000 } as const;

/** Fields that a snapshot decides. */
const savedFields = ['template', 'vcpus', 'memory_mb', 'disk_mb', 'envs', 'cwd', 'desktop'] as const;

const createFields = z.strictObject({
  template: z
    .string()
    .min(1)
    .max(limits.template_ref_chars)
    .optional()
    .meta({ default: createDefaults.template })
    .describe('Template to start from: name, name:tag, namespace/name:tag or id.'),
  vcpus: z
    .number()
    .int()
    .min(1)
    .max(limits.ceiling_vcpus)
    .optional()
    .meta({ default: createDefaults.vcpus })
    .describe('Virtual CPUs. Absent: as the template was built.'),
  memory_mb: z
    .number()
    .int()
    .min(limits.min_memory_mb)
    .max(limits.ceiling_memory_mb)
    .optional()
    .meta({ default: createDefaults.memory_mb })
    .describe('Memory that the guest sees, in MiB. Absent: as the template was built.'),
  disk_mb: z
    .number()
    .int()
    .min(limits.min_disk_mb)
    .max(limits.ceiling_disk_mb)
    .nullish()
    .describe('Least size of the root filesystem, in MiB. Absent: the default of the server.'),
  timeout_ms: timeoutMs
    .default(createDefaults.timeout_ms)
    .describe('Time to live in milliseconds, counted from the moment the sandbox runs.'),
  envs: environment.optional().meta({ default: {} }).describe('Environment of every command.'),
  metadata: metadata.default({}).describe("Caller's labels; returned and filterable."),
  network: networkRequest.nullish(),
  internet_access: z
    .boolean()
    .optional()
    .describe('False: no outbound network at all. Absent: true, or as in the snapshot.'),
  cwd: workingDirectory
    .nullish()
    .describe('Default working directory, made if missing. Null: that of the template, else /workspace.'),
  timeout_action: timeoutAction
    .optional()
    .describe('What happens at the deadline. "hibernate" pauses the sandbox. Default: destroy.'),
  lifecycle: z
    .strictObject({ on_timeout: z.enum(['destroy', 'pause']).optional() })
    .nullish()
    .describe('Second spelling of timeout_action; "pause" equals "hibernate".'),
  snapshot_id: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe(`Start from this snapshot. It decides ${savedFields.join(', ')}, which must then be absent.`),
  desktop: desktop.nullish(),
  volumes: z.array(volumeMount).max(64).nullish(),
  auto_resume: z.boolean().default(false),
  warm_pool: checkoutRequest.nullish().describe('Takes a ready sandbox of a warm pool.'),
});

export const createSandboxRequest = createFields
  .superRefine((body, context) => {
    if (body.snapshot_id === undefined) return;
    for (const field of savedFields) {
      if (body[field] == null) continue;
      context.addIssue({
        code: 'custom',
        path: [field],
        message: 'must be absent with snapshot_id: the snapshot decides it',
      });
    }
  })
  .transform((body) => ({
    ...body,
    template: body.template ?? createDefaults.template,
    envs: body.envs ?? {},
  }));

/** Body of a create as a caller writes it. */
export type CreateSandboxRequest = z.input<typeof createSandboxRequest>;
/** Body of a create with its defaults filled in. With `snapshot_id` the fields that the snapshot decides mean nothing. */
export type CreateSandboxBody = z.output<typeof createSandboxRequest>;

export const setTimeoutRequest = z.strictObject({
  timeout_ms: timeoutMs.describe('The deadline becomes now plus this.'),
  timeout_action: timeoutAction.optional().describe('What happens then. Absent: as before.'),
});
export type SetTimeoutRequest = z.infer<typeof setTimeoutRequest>;
