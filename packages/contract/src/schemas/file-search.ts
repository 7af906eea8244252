import * as z from 'zod';
import { limits } from '../limits.ts';
import { account, sandboxPath } from './paths.ts';

const pattern = z
  .string()
  .min(1, 'must not be empty')
  .max(limits.pattern_chars)
  .refine((text) => !text.includes('\0'), 'must not contain a NUL character');

export const findTextRequest = z.strictObject({
  path: sandboxPath.describe('A file, or a directory that is searched with all below it.'),
  pattern: pattern.describe('Regular expression in the syntax of RE2, searched in each line.'),
  user: account,
});
export type FindTextRequest = z.infer<typeof findTextRequest>;

/** A closed object: published clients refuse further keys. */
export const textMatch = z.strictObject({
  file: z.string().describe('Absolute path.'),
  line: z.number().int().describe('Counted from 1.'),
  content: z.string().describe('The line, at most 4 KiB of it.'),
});
export type TextMatch = z.infer<typeof textMatch>;
export const textMatches = z.array(textMatch).describe(`At most ${limits.text_matches}.`);

export const searchFilesRequest = z.strictObject({
  path: sandboxPath,
  pattern: pattern.describe('Shell pattern for the last part of a path: *, ? and [].'),
  user: account,
});
export type SearchFilesRequest = z.infer<typeof searchFilesRequest>;
export const foundPaths = z.array(z.string()).describe('Absolute paths, sorted.');

export const replaceTextRequest = z.strictObject({
  files: z.array(sandboxPath).max(limits.replace_files),
  pattern: pattern.describe('Literal text.'),
  replacement: z.string().max(limits.pattern_chars),
  user: account,
});
export type ReplaceTextRequest = z.infer<typeof replaceTextRequest>;
export const replaceTextResult = z.object({ replacements: z.number().int().describe('Places replaced.') });
export type ReplaceTextResult = z.infer<typeof replaceTextResult>;
