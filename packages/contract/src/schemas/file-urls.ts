import * as z from 'zod';
import { account, sandboxPath } from './paths.ts';

export const archiveFormat = z.literal('tar');

export const downloadUrlRequest = z.strictObject({
  path: sandboxPath,
  user: account,
  archive_format: archiveFormat.nullish().describe('A directory as an archive.'),
});
export type DownloadUrlRequest = z.infer<typeof downloadUrlRequest>;

export const uploadUrlRequest = z.strictObject({ path: sandboxPath, user: account });
export type UploadUrlRequest = z.infer<typeof uploadUrlRequest>;

export const downloadUrl = z.object({
  url: z.string().describe('Serves the file with GET and without an API key, for 15 minutes.'),
});
export type DownloadUrl = z.infer<typeof downloadUrl>;

/** A closed object: published clients refuse further keys. */
export const uploadUrl = z.strictObject({
  url: z.string().describe('Takes the file with PUT and without an API key, for 15 minutes.'),
  token: z.string().describe('The `file_token` in it.'),
});
export type UploadUrl = z.infer<typeof uploadUrl>;
