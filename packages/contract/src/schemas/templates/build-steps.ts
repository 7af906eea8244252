import * as z from 'zod';
import { limits } from '../../limits.ts';

const path = z
  .string()
  .min(1)
  .max(limits.path_bytes)
  .refine((text) => !text.includes('\0'), 'must not contain a NUL character');
const user = z.string().min(1).max(256);
const mode = z.union([
  z.string().regex(/^[0-7]{3,4}$/, 'must be three or four octal digits'),
  z.number().int().min(0).max(0o7777),
]);
const packages = z
  .array(
    z
      .string()
      .min(1)
      .max(1024)
      .refine((text) => !text.includes('\0'), 'must not contain a NUL character'),
  )
  .min(1)
  .max(1000);

const copied = {
  sources: z.array(path).min(1).max(1000).describe('Paths of the build context.'),
  dst: path,
  user: user.optional().describe('Owner, as "name" or "name:group".'),
  mode: mode.optional(),
  force_upload: z.boolean().optional(),
};
export const copyItem = z.object(copied);
export type CopyItem = z.infer<typeof copyItem>;

/** One step of a build. Relative paths are below the working directory of the step. */
export const buildStep = z.discriminatedUnion('action', [
  z.object({ action: z.literal('apt_install'), packages }),
  z.object({ action: z.literal('pip_install'), packages, g: z.boolean().optional() }),
  z.object({ action: z.literal('npm_install'), packages, g: z.boolean().optional() }),
  z.object({ action: z.literal('bun_install'), packages, g: z.boolean().optional() }),
  z.object({
    action: z.literal('run'),
    command: z
      .string()
      .min(1)
      .max(limits.command_bytes)
      .refine((text) => !text.includes('\0'), 'must not contain a NUL character'),
    user: user.optional(),
  }),
  z.object({ action: z.literal('workdir'), path }),
  z.object({ action: z.literal('user'), user }),
  z.object({
    action: z.literal('remove'),
    path,
    recursive: z.boolean().default(false),
    force: z.boolean().default(false),
  }),
  z.object({ action: z.literal('rename'), src: path, dst: path, force: z.boolean().default(false) }),
  z.object({ action: z.literal('make_dir'), path, mode: mode.optional() }),
  z.object({ action: z.literal('make_symlink'), target: path, path }),
  z.object({ action: z.literal('copy'), ...copied }),
  z.object({ action: z.literal('copy_items'), items: z.array(copyItem).min(1).max(1000) }),
  z.object({
    action: z.literal('git_clone'),
    url: z.string().min(1).max(4096),
    path: path.default('/workspace'),
    branch: z.string().min(1).max(1024).optional(),
    depth: z.number().int().min(1).optional(),
  }),
  z.object({ action: z.literal('skip_cache') }),
]);
export type BuildStep = z.infer<typeof buildStep>;
