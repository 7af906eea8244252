import * as z from 'zod';
import { limits } from '../limits.ts';

const encoder = new TextEncoder();

/** A closed object: published clients refuse further keys. */
export const processInfo = z.strictObject({
  pid: z.number().int(),
  command: z.string(),
  running: z.boolean(),
});
export type ProcessInfo = z.infer<typeof processInfo>;
export const processList = z.array(processInfo);

export const processLogs = z.object({
  stdout: z.string(),
  stderr: z.string(),
  output: z.string().describe('Both in the order of arrival.'),
  exit_code: z.number().int().nullable().describe('Null while it runs.'),
  truncated: z.boolean().describe('More was written than is kept; the start is kept.'),
});
export type ProcessLogs = z.infer<typeof processLogs>;

export const stdinRequest = z.strictObject({
  data: z
    .string()
    .refine(
      (text) => encoder.encode(text).length <= limits.stdin_bytes,
      `must be at most ${limits.stdin_bytes} bytes`,
    )
    .describe('Appended as UTF-8. No newline is added.'),
});
export type StdinRequest = z.infer<typeof stdinRequest>;
