import * as z from 'zod';
import { limits } from '../limits.ts';
import { account, sandboxPath } from './paths.ts';
import { queryInteger } from './query-integer.ts';
import { timestamp } from './sandbox-info.ts';

/** A closed object: published clients refuse further keys. */
export const fileInfo = z.strictObject({
  name: z.string(),
  path: z.string().describe('Absolute.'),
  is_dir: z.boolean(),
  size: z.number().int().describe('Bytes; 0 for directories.'),
  type: z.enum(['file', 'dir', 'symlink', 'fifo', 'socket', 'device']),
  mode: z.string().describe('As "-rw-r--r--".'),
  permissions: z.string().describe('Four octal digits.'),
  owner: z.string(),
  group: z.string(),
  modified_time: timestamp.nullable(),
  symlink_target: z.string().nullable(),
});
export type FileInfo = z.infer<typeof fileInfo>;
export const fileList = z.array(fileInfo);

export const listFilesQuery = z.strictObject({
  path: sandboxPath.default('/'),
  depth: queryInteger({ min: 0, max: limits.directory_depth })
    .optional()
    .describe('Levels to list. Absent, 0 and 1: direct children.'),
  user: account,
});
const fileToken = z.string().max(512).optional().describe('Of a minted URL, in place of an API key.');
export const downloadQuery = z.strictObject({
  path: sandboxPath,
  user: account,
  archive_format: z.literal('tar').optional().describe('Sends a directory as an archive.'),
  file_token: fileToken,
});
export const uploadQuery = z.strictObject({ path: sandboxPath, user: account, file_token: fileToken });

export const pathRequest = z.strictObject({ path: sandboxPath, user: account });
export type PathRequest = z.infer<typeof pathRequest>;

export const readFileRequest = z.strictObject({
  path: sandboxPath,
  encoding: z.enum(['utf8', 'base64']).default('utf8'),
  user: account,
});
export type ReadFileRequest = z.input<typeof readFileRequest>;
export const readFileResult = z.object({ content: z.string() });
export type ReadFileResult = z.infer<typeof readFileResult>;

/** Padding may be left out. A rest that is no whole byte would be lost in silence. */
function isBase64(text: string): boolean {
  const [digits = '', padding = ''] = /^([A-Za-z0-9+/]*)(={0,2})$/.exec(text)?.slice(1) ?? ['x'];
  return digits.length % 4 !== 1 && (padding === '' || (digits.length + padding.length) % 4 === 0);
}

export const writeFileRequest = z
  .strictObject({
    path: sandboxPath,
    content: z.string(),
    encoding: z.enum(['utf8', 'base64']).default('utf8'),
    user: account,
  })
  .superRefine((value, context) => {
    if (value.encoding === 'base64' && !isBase64(value.content)) {
      context.addIssue({ code: 'custom', path: ['content'], message: 'must be standard base64' });
    }
  });
export type WriteFileRequest = z.input<typeof writeFileRequest>;

export const existsResult = z.object({ exists: z.boolean() });
export type ExistsResult = z.infer<typeof existsResult>;

export const renameRequest = z.strictObject({ old_path: sandboxPath, new_path: sandboxPath, user: account });
export type RenameRequest = z.infer<typeof renameRequest>;

export const permissionsRequest = z.strictObject({
  path: sandboxPath,
  permissions: z
    .string()
    .regex(/^[0-7]{3,4}$/, 'must be three or four octal digits')
    .describe('Octal, as "0644".'),
  user: account,
});
export type PermissionsRequest = z.infer<typeof permissionsRequest>;
