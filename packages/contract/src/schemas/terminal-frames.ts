import * as z from 'zod';
import { limits } from '../limits.ts';
import { commandFields, refuseShellWithArgs } from './exec.ts';
import { bytesRead, windowBytes } from './read-window.ts';
import { stdinText } from './stdin-text.ts';
import { terminalSize } from './terminals.ts';

const frameId = z.string().max(255).nullish().describe('Chosen by the client and repeated in every answer.');
const sessionId = z.string().min(1).max(64);
const processId = z.number().int().min(1).max(0xffffffff);

export const ptyStartFrame = z
  .strictObject({
    type: z.literal('pty_start'),
    id: frameId,
    cols: terminalSize.cols.default(120),
    rows: terminalSize.rows.default(30),
    window_bytes: windowBytes,
    ...commandFields,
    command: commandFields.command
      .nullish()
      .describe('What runs in it. Default: the login shell of the account.'),
  })
  .superRefine(refuseShellWithArgs)
  .superRefine(({ command, args, shell }, context) => {
    if (command || (!args?.length && !shell)) return;
    context.addIssue({
      code: 'custom',
      path: ['command'],
      message: 'must be given together with args or shell',
    });
  });

export const ptyConnectFrame = z
  .strictObject({
    type: z.literal('pty_connect'),
    id: frameId,
    session_id: sessionId.nullish(),
    pid: processId.nullish(),
    window_bytes: windowBytes,
    offset: z
      .number()
      .int()
      .min(0)
      .nullish()
      .describe(`First byte of output wanted. Absent: the last ${limits.scrollback_bytes} bytes.`),
  })
  .superRefine((frame, context) => {
    if ((frame.session_id == null) !== (frame.pid == null)) return;
    context.addIssue({ code: 'custom', path: ['session_id'], message: 'must be given, or else pid' });
  });

/** First frame that a client sends on the pty channel. */
export const ptyFirstFrame = z.discriminatedUnion('type', [ptyStartFrame, ptyConnectFrame]);
export type PtyFirstFrame = z.infer<typeof ptyFirstFrame>;
export type PtyStartFrame = z.input<typeof ptyStartFrame>;

const later = { id: frameId, session_id: sessionId.nullish() };

/** Frames that a client sends after it. */
export const ptyClientFrame = z.discriminatedUnion('type', [
  z
    .strictObject({
      type: z.literal('pty_input'),
      ...later,
      data: stdinText.nullish().describe('Typed as UTF-8.'),
      data_base64: z.base64('must be standard base64').nullish().describe('Typed as it is.'),
    })
    .superRefine((frame, context) => {
      if ((frame.data == null) !== (frame.data_base64 == null)) return;
      context.addIssue({ code: 'custom', path: ['data'], message: 'must be given, or else data_base64' });
    }),
  z.strictObject({ type: z.literal('pty_resize'), ...later, ...terminalSize }),
  z.strictObject({ type: z.literal('pty_kill'), ...later }),
  z.strictObject({ type: z.literal('pty_read'), ...later, bytes: bytesRead }),
]);
export type PtyClientFrame = z.infer<typeof ptyClientFrame>;

/** Frames that the server sends on the pty channel. The first is `pty_started`, or an `error`. */
export const ptyServerFrame = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('pty_started'),
    id: z.string().nullish(),
    session_id: z.string(),
    pid: z.number().int(),
    cols: z.number().int(),
    rows: z.number().int(),
  }),
  z.object({
    type: z.literal('pty_output'),
    id: z.string().nullish(),
    data_base64: z.string(),
    offset: z
      .number()
      .int()
      .describe('Offset of its first byte; `offset` of `pty_connect` reads on after the last.'),
  }),
  z.object({ type: z.literal('pty_exited'), id: z.string().nullish(), exit_code: z.number().int() }),
  z.object({
    type: z.literal('error'),
    id: z.string().nullish(),
    message: z.string(),
    code: z.string(),
    request_id: z.string(),
    details: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Of a sandbox that was paused meanwhile: status ("paused"), sandbox_id and snapshot_id.'),
  }),
]);
export type PtyServerFrame = z.infer<typeof ptyServerFrame>;
