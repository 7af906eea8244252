import * as z from 'zod';
import { resizeRequest, terminal, terminalList, terminalParams } from '../schemas/terminals.ts';
import { defineRoute } from './route.ts';
import { sandboxParams } from './sandboxes.ts';

const path = '/v1/sandboxes/{sandbox_id}';
const tag = 'Terminals';
const guestErrors = ['sandbox_not_found', 'sandbox_not_ready', 'sandbox_paused', 'exec_failed'] as const;

export const terminalRoutes = {
  streamTerminal: defineRoute({
    id: 'streamTerminal',
    method: 'GET',
    path: `${path}/ws`,
    channel: 'pty',
    tag,
    summary: 'WebSocket: starts a terminal or joins one. One terminal a connection.',
    description:
      'The first frame is `pty_start` or `pty_connect`, and then `pty_input`, `pty_resize` and `pty_kill` at any time; a client that has given `window_bytes` also sends `pty_read` with the bytes that it has read. The server answers with `pty_started`, what was shown last, output as it comes, and `pty_exited`. Closing the connection does not end the terminal; several clients may share one.',
    params: sandboxParams,
    query: z.strictObject({ channel: z.literal('pty') }),
    status: 101,
    errors: [],
  }),
  listTerminals: defineRoute({
    id: 'listTerminals',
    method: 'GET',
    path: `${path}/pty`,
    tag,
    summary: 'Lists the terminals that are open.',
    params: sandboxParams,
    status: 200,
    response: terminalList,
    errors: guestErrors,
  }),
  getTerminal: defineRoute({
    id: 'getTerminal',
    method: 'GET',
    path: `${path}/pty/{session_id}`,
    tag,
    summary: 'Reads a terminal.',
    params: terminalParams,
    status: 200,
    response: terminal,
    errors: [...guestErrors, 'pty_not_found'],
  }),
  killTerminal: defineRoute({
    id: 'killTerminal',
    method: 'DELETE',
    path: `${path}/pty/{session_id}`,
    tag,
    summary: 'Ends a terminal and all that runs in it.',
    params: terminalParams,
    status: 204,
    errors: [...guestErrors, 'pty_not_found'],
  }),
  resizeTerminal: defineRoute({
    id: 'resizeTerminal',
    method: 'POST',
    path: `${path}/pty/{session_id}/resize`,
    tag,
    summary: 'Sets the size of a terminal. With several clients the last one counts.',
    params: terminalParams,
    body: resizeRequest,
    status: 204,
    errors: [...guestErrors, 'pty_not_found'],
  }),
};
