import * as z from 'zod';
import { pathId } from '../ids.ts';
import { execRequest, execResult, execStarted } from '../schemas/exec.ts';
import { execServerFrame } from '../schemas/exec-frames.ts';
import {
  outputQuery,
  processDetail,
  processList,
  processLogs,
  signalRequest,
  stdinRequest,
} from '../schemas/processes.ts';
import { defineRoute } from './route.ts';
import { sandboxParams } from './sandboxes.ts';

export const processParams = z.object({
  sandbox_id: pathId,
  pid: z
    .string()
    .regex(/^[1-9]\d{0,9}$/, 'must be a process id')
    .transform(Number)
    .pipe(z.number().max(0xffffffff))
    .meta({ query_integer: { minimum: 1, maximum: 0xffffffff } }),
});
const path = '/v1/sandboxes/{sandbox_id}';
const guestErrors = ['sandbox_not_found', 'sandbox_not_ready', 'sandbox_paused', 'exec_failed'] as const;

export const processRoutes = {
  execCommand: defineRoute({
    id: 'execCommand',
    method: 'POST',
    path: `${path}/exec`,
    tag: 'Commands',
    summary: 'Runs a command and answers with its output, or starts it in the background.',
    description:
      'After 5 seconds the answer begins with status 200 and spaces keep the connection alive; JSON follows when the command ends. A client that hangs up does not end the command.',
    params: sandboxParams,
    body: execRequest,
    status: 200,
    response: z.union([execResult, execStarted]),
    errors: [...guestErrors, 'exec_timeout', 'quota_exceeded'],
  }),
  listProcesses: defineRoute({
    id: 'listProcesses',
    method: 'GET',
    path: `${path}/processes`,
    tag: 'Commands',
    summary: 'Lists processes started through the API, finished ones included while they are remembered.',
    params: sandboxParams,
    status: 200,
    response: processList,
    errors: guestErrors,
  }),
  getProcessLogs: defineRoute({
    id: 'getProcessLogs',
    method: 'GET',
    path: `${path}/processes/{pid}/logs`,
    tag: 'Commands',
    summary: 'Output of a process from its start, and its exit code.',
    params: processParams,
    status: 200,
    response: processLogs,
    errors: [...guestErrors, 'process_not_found'],
  }),
  killProcess: defineRoute({
    id: 'killProcess',
    method: 'POST',
    path: `${path}/processes/{pid}/kill`,
    tag: 'Commands',
    summary: 'Kills a process and all it started. A finished one is fine.',
    params: processParams,
    status: 204,
    errors: [...guestErrors, 'process_not_found'],
  }),
  writeProcessStdin: defineRoute({
    id: 'writeProcessStdin',
    method: 'POST',
    path: `${path}/processes/{pid}/stdin`,
    tag: 'Commands',
    summary: 'Writes to the stdin of a process, or closes it.',
    params: processParams,
    body: stdinRequest,
    status: 204,
    errors: [...guestErrors, 'process_not_found', 'conflict'],
  }),
  getProcess: defineRoute({
    id: 'getProcess',
    method: 'GET',
    path: `${path}/processes/{pid}`,
    tag: 'Commands',
    summary: 'Reads a process and what it uses.',
    params: processParams,
    status: 200,
    response: processDetail,
    errors: [...guestErrors, 'process_not_found'],
  }),
  signalProcess: defineRoute({
    id: 'signalProcess',
    method: 'POST',
    path: `${path}/processes/{pid}/signal`,
    tag: 'Commands',
    summary: 'Sends a signal to a process and all it started. A finished one is fine.',
    params: processParams,
    body: signalRequest,
    status: 204,
    errors: [...guestErrors, 'process_not_found'],
  }),
  streamProcessOutput: defineRoute({
    id: 'streamProcessOutput',
    method: 'GET',
    path: `${path}/processes/{pid}/output`,
    tag: 'Commands',
    summary: 'Server-sent events: output of a process from an offset on, then its exit.',
    description:
      'Each event is a frame of the exec channel, in one line that begins with "data: ". Comments keep the connection alive. A client that comes back with the last end_offset of each stream misses nothing.',
    params: processParams,
    query: outputQuery,
    status: 200,
    eventStream: execServerFrame,
    errors: [...guestErrors, 'process_not_found'],
  }),
  streamExec: defineRoute({
    id: 'streamExec',
    method: 'GET',
    path: `${path}/ws`,
    channel: 'exec',
    tag: 'Commands',
    summary: 'WebSocket: runs or attaches to a command with live output. One command a connection.',
    description:
      'The client sends one frame, `exec_start` or `exec_connect`; one that has given `window_bytes` goes on to send `exec_read` with the bytes that it has read. Closing the connection does not end the command. Unknown sandboxes are reported by an `error` frame.',
    params: sandboxParams,
    query: z.strictObject({ channel: z.literal('exec') }),
    status: 101,
    errors: [],
  }),
};
