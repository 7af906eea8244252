import * as z from 'zod';
import { commandFields, execTimeoutSecs, refuseShellWithArgs } from './exec.ts';
import { bytesRead, windowBytes } from './read-window.ts';

const frameId = z.string().max(255).nullish().describe('Chosen by the client and repeated in every answer.');

const binary = z
  .boolean()
  .nullish()
  .describe(
    'Output comes in binary frames, exact and faster: one byte for the stream (1 stdout, 2 stderr), the offset of the first byte as 8 bytes with the highest first, then the data. Other frames stay as they are.',
  );

export const execStartFrame = z
  .strictObject({
    type: z.literal('exec_start'),
    id: frameId,
    binary,
    window_bytes: windowBytes,
    ...commandFields,
    timeout_secs: execTimeoutSecs
      .nullish()
      .describe(
        'Seconds after which it is killed. 30, which published clients always send, and absent: never.',
      ),
  })
  .superRefine(refuseShellWithArgs);

export const execConnectFrame = z.strictObject({
  type: z.literal('exec_connect'),
  id: frameId,
  binary,
  window_bytes: windowBytes,
  pid: z.number().int().min(1).max(0xffffffff),
  stdout_offset: z
    .number()
    .int()
    .min(0)
    .nullish()
    .describe('First byte of stdout wanted. Absent: only new output.'),
  stderr_offset: z.number().int().min(0).nullish().describe('The same for stderr.'),
});

/** First frame that a client sends on the exec channel. */
export const execClientFrame = z.discriminatedUnion('type', [execStartFrame, execConnectFrame]);
export type ExecClientFrame = z.infer<typeof execClientFrame>;

/** What a client with a window sends after it, time and again. */
export const execReadFrame = z.strictObject({ type: z.literal('exec_read'), id: frameId, bytes: bytesRead });

const outputFrame = {
  id: z.string().nullish(),
  data: z.string().describe('Decoded text, whole characters only.'),
  offset: z.number().int().describe('Offset of its first byte in the stream.'),
  end_offset: z.number().int().describe('Offset after its last byte: where to read on.'),
};

/** Frames that the server sends on the exec channel. */
export const execServerFrame = z.discriminatedUnion('type', [
  z.object({ type: z.literal('exec_started'), id: z.string().nullish(), pid: z.number().int() }),
  z.object({ type: z.literal('exec_stdout'), ...outputFrame }),
  z.object({ type: z.literal('exec_stderr'), ...outputFrame }),
  z.object({
    type: z.literal('exec_exit'),
    id: z.string().nullish(),
    exit_code: z.number().int(),
    timed_out: z.boolean(),
    killed_by: z.enum(['memory', 'processes']).nullable(),
  }),
  z.object({
    type: z.literal('error'),
    id: z.string().nullish(),
    message: z.string(),
    code: z.string(),
    request_id: z.string(),
    details: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'Of a sandbox that was paused meanwhile: status ("paused"), sandbox_id, snapshot_id and, for a command that runs, pid, stdout_offset and stderr_offset, from which exec_connect reads on after the resume.',
      ),
  }),
]);
export type ExecServerFrame = z.infer<typeof execServerFrame>;
