import * as z from 'zod';
import { limits } from '../limits.ts';
import { account, sandboxPath } from './paths.ts';

/** The one frame that a client of a watch sends. */
export const fileWatchFrame = z.strictObject({
  type: z.literal('file_watch'),
  id: z.string().max(255).nullish().describe('Chosen by the client and repeated in every answer.'),
  path: sandboxPath.describe('A directory.'),
  user: account,
  recursive: z.boolean().default(false),
  timeout_secs: z
    .number()
    .positive()
    .max(limits.watch_timeout_secs)
    .nullish()
    .describe('Seconds after which the server ends the watch. Null: never.'),
});
export type FileWatchFrame = z.input<typeof fileWatchFrame>;

const id = z.string().nullish();

/** Frames that the server sends to a watch. */
export const fileWatchServerFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('file_watch_started'), id, path: z.string().describe('Absolute.') }),
  z.object({
    type: z.literal('file_event'),
    id,
    event: z
      .enum(['create', 'write', 'remove', 'rename', 'chmod', 'overflow'])
      .describe('overflow: changes were lost, look at the directory again; its name is empty.'),
    name: z.string().describe('Relative to the directory.'),
    path: z.string().describe('Absolute.'),
    old_path: z.string().optional().describe('Of a rename within the directory: what it was.'),
    is_dir: z.boolean().optional(),
  }),
  z.object({
    type: z.literal('error'),
    id,
    message: z.string(),
    code: z.string(),
    request_id: z.string(),
  }),
]);
export type FileWatchServerFrame = z.infer<typeof fileWatchServerFrame>;
