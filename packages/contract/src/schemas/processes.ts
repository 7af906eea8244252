import * as z from 'zod';
import { queryInteger } from './query-integer.ts';
import { timestamp } from './sandbox-info.ts';
import { stdinBytes, stdinText } from './stdin-text.ts';

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

export const stdinRequest = z
  .strictObject({
    data: stdinText.nullish().describe('Appended as UTF-8. No newline is added.'),
    data_base64: stdinBytes.nullish().describe('Bytes in place of `data`.'),
    close: z.boolean().default(false).describe('Afterwards the process reads the end of its stdin.'),
  })
  .superRefine(({ data, data_base64, close }, context) => {
    const refuse = (field: string, message: string) =>
      context.addIssue({ code: 'custom', path: [field], message });
    if (data != null && data_base64 != null) refuse('data_base64', 'must be absent together with data');
    if (data == null && data_base64 == null && !close) refuse('data', 'must be given without close');
  });
export type StdinRequest = z.input<typeof stdinRequest>;

/** Signals that a caller may send, and their numbers on Linux. */
export const signalNumbers = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGWINCH: 28,
} as const;
export type SignalName = keyof typeof signalNumbers;

const signalNames = Object.keys(signalNumbers) as [SignalName, ...SignalName[]];

export const signalRequest = z.strictObject({
  signal: z
    .union([z.enum(signalNames), z.literal(Object.values(signalNumbers))], {
      error: `must be one of ${Object.entries(signalNumbers)
        .map(([name, number]) => `"${name}" (${number})`)
        .join(', ')}`,
    })
    .describe('Name or number. Sent to the process and to all that it started.'),
});
export type SignalRequest = z.infer<typeof signalRequest>;

export const processDetail = z.object({
  pid: z.number().int(),
  command: z.string(),
  running: z.boolean(),
  started_at: timestamp,
  exit_code: z.number().int().nullable().describe('Null while it runs.'),
  timed_out: z.boolean(),
  killed_by: z.enum(['memory', 'processes']).nullable().describe('Guard that ended it.'),
  cpu_ms: z.number().describe('Processor time of the process and all that it started.'),
  memory_bytes: z.number().int().describe('Resident memory of all of them now; 0 when it has ended.'),
  process_count: z.number().int().describe('How many of them run now.'),
  stdout_bytes: z.number().int().describe('Bytes written so far.'),
  stderr_bytes: z.number().int(),
  dropped_bytes: z.number().int().describe('Of these, bytes that are no longer kept.'),
});
export type ProcessDetail = z.infer<typeof processDetail>;

const offset = queryInteger({ min: 0, max: Number.MAX_SAFE_INTEGER });
export const outputQuery = z.strictObject({
  stdout_offset: offset.optional().describe('First byte of stdout wanted. Default: 0.'),
  stderr_offset: offset.optional().describe('The same for stderr.'),
});
