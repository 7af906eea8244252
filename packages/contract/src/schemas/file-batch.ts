import * as z from 'zod';
import { limits } from '../limits.ts';
import { fileInfo } from './files.ts';
import { account, sandboxPath } from './paths.ts';

/** First part of a batch write: which part holds which file. The parts follow in this order. */
export const batchManifest = z
  .strictObject({
    files: z
      .array(z.strictObject({ path: sandboxPath, field: z.string().min(1).max(64) }))
      .min(1, 'must not be empty')
      .max(limits.batch_files),
    user: account,
  })
  .superRefine(({ files }, context) => {
    if (new Set(files.map(({ field }) => field)).size === files.length) return;
    context.addIssue({ code: 'custom', path: ['files'], message: 'must name each field once' });
  });
export type BatchManifest = z.infer<typeof batchManifest>;

export const batchResult = z.object({
  results: z.array(
    z.discriminatedUnion('status', [
      z.strictObject({ status: z.literal('success'), path: z.string(), info: fileInfo }),
      z.strictObject({ status: z.literal('failed'), path: z.string(), error: z.string() }),
    ]),
  ),
});
export type BatchResult = z.infer<typeof batchResult>;
