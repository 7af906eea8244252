import * as z from 'zod';
import { limits } from '../../limits.ts';

const common = {
  path: z.string().min(1).max(limits.path_bytes),
  mode: z.string().max(16).nullish(),
};
export const blobDescriptor = z.discriminatedUnion('entry_type', [
  z.object({
    ...common,
    entry_type: z.literal('file'),
    sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits'),
    size_bytes: z.number().int().min(0).max(limits.blob_bytes),
    force_upload: z.boolean().nullish(),
  }),
  z.object({ ...common, entry_type: z.literal('dir') }),
]);
export type BlobDescriptor = z.infer<typeof blobDescriptor>;

export const preflightRequest = z.strictObject({
  files: z.array(blobDescriptor).max(limits.context_entries),
});
export type PreflightRequest = z.infer<typeof preflightRequest>;

export const preflightResult = z.object({
  files: z
    .array(
      z.object({
        path: z.string(),
        entry_type: z.enum(['file', 'dir']),
        blob_id: z.string().optional().describe('Of files: where the content is to be put.'),
        missing: z.boolean().optional().describe('True: the content is not there yet.'),
      }),
    )
    .describe('One for each descriptor, in their order.'),
});
export type PreflightResult = z.infer<typeof preflightResult>;
