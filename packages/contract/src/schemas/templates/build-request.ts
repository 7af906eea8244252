import * as z from 'zod';
import { limits } from '../../limits.ts';
import { environment } from '../environment.ts';
import { buildStep } from './build-steps.ts';
import { templateName, templateTags } from './names.ts';
import { runtimeConfig } from './runtime-config.ts';

const text = z.string().min(1).max(4096);

export const contextEntry = z.object({
  path: z.string().min(1).max(limits.path_bytes),
  entry_type: z.enum(['file', 'dir']),
  mode: z
    .string()
    .regex(/^[0-7]{3,4}$/, 'must be three or four octal digits')
    .optional(),
  blob_id: z.string().min(1).max(128).optional(),
  content_base64: z.base64().optional(),
});
export type ContextEntry = z.infer<typeof contextEntry>;

export const registryAuth = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('basic'), username: text, password: z.string().min(1).max(65_536) }),
  z.object({
    kind: z.literal('gcp_artifact_registry'),
    service_account_json: z.record(z.string(), z.unknown()),
  }),
  z.object({
    kind: z.literal('aws_ecr'),
    access_key_id: text,
    secret_access_key: text,
    region: text,
    session_token: z.string().min(1).max(16_384).optional(),
  }),
]);
export type RegistryAuth = z.infer<typeof registryAuth>;

export const buildSecret = z.object({
  id: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be letters, digits, ".", "_" and "-"')
    .refine((id) => id !== '.' && id !== '..', 'must be usable as a file name'),
  value: z.string().max(limits.argument_bytes),
  source: z.enum(['value', 'env', 'file']).default('value'),
});
export type BuildSecret = z.infer<typeof buildSecret>;

export const buildSecrets = z
  .array(buildSecret)
  .max(100)
  .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'must have different ids');

export const buildConfig = z.object({
  vcpus: z.number().int().min(1).max(limits.ceiling_vcpus).default(2),
  memory_mib: z.number().int().min(limits.min_memory_mb).max(limits.ceiling_memory_mb).default(512),
  disk_mb: z.number().int().min(limits.min_disk_mb).max(limits.ceiling_disk_mb).optional(),
  internet_access: z.boolean().optional(),
});
export type BuildConfig = z.infer<typeof buildConfig>;

export const buildBackend = z.enum(['native', 'buildkit']);

/** Unknown keys are left out: published clients can render more than a build takes. */
export const templateBuildRequest = z
  .object({
    base_image: z
      .string()
      .min(1)
      .max(limits.template_ref_chars)
      .optional()
      .describe('OCI image or template to start from. Exactly one of it and dockerfile is there.'),
    dockerfile: z.string().min(1).max(limits.dockerfile_bytes).optional().describe('Text of a Dockerfile.'),
    steps: z.array(buildStep).max(limits.build_steps).optional().describe('What is done, in this order.'),
    build_envs: environment.optional().describe('Environment of the steps and of the image.'),
    start_cmd: z
      .string()
      .min(1)
      .max(limits.command_bytes)
      .optional()
      .describe(
        'Shell command whose processes are part of the template. Absent: that of the template it starts from.',
      ),
    runtime_config: runtimeConfig.optional(),
    build_context: z.object({ files: z.array(contextEntry).max(limits.context_entries) }).optional(),
    base_image_auth: registryAuth.optional().describe('Used for the pull, and not stored.'),
    build_secrets: buildSecrets.optional().describe('Reach the steps that name them, and are not stored.'),
    name: templateName.optional().describe('Name of the template. Absent: a generated one.'),
    tags: templateTags.optional().describe('Tags that point to the build once it is ready. Absent: default.'),
    build_config: buildConfig.optional().describe('Shape of the build, and of a template with start_cmd.'),
    build_backend: buildBackend.optional(),
    skip_cache: z.boolean().optional().describe('True: nothing is taken from earlier builds.'),
    claim_token: z.string().max(128).optional(),
  })
  .superRefine((body, context) => {
    const problem = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if ((body.base_image === undefined) === (body.dockerfile === undefined)) {
      problem('base_image', 'exactly one of base_image and dockerfile must be there');
    }
    if (body.dockerfile !== undefined && body.steps !== undefined) {
      problem('steps', 'must be absent with dockerfile');
    }
    if (body.dockerfile !== undefined && body.build_backend === 'native') {
      problem('build_backend', 'native does not build Dockerfiles; leave it out');
    }
  });
export type TemplateBuildRequest = z.input<typeof templateBuildRequest>;
export type TemplateBuildBody = z.output<typeof templateBuildRequest>;
