import * as z from 'zod';
import { pathId } from '../ids.ts';
import { limits } from '../limits.ts';
import { timestamp } from './sandbox-info.ts';

const side = z.number().int().min(1).max(limits.terminal_side);

/** Size of a terminal in characters. */
export const terminalSize = { cols: side, rows: side };

export const terminalParams = z.object({ sandbox_id: pathId, session_id: pathId });

export const terminal = z.object({
  session_id: z.string(),
  pid: z.number().int(),
  cols: z.number().int(),
  rows: z.number().int(),
  command: z.string(),
  started_at: timestamp,
  exit_code: z
    .number()
    .int()
    .nullable()
    .describe('Null while it runs. An ended one can be read while its output is kept.'),
});
export type Terminal = z.infer<typeof terminal>;
export const terminalList = z.array(terminal);

export const resizeRequest = z.strictObject(terminalSize);
export type ResizeRequest = z.infer<typeof resizeRequest>;
