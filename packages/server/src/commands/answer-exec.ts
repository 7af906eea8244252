import { PassThrough } from 'node:stream';
import type { ExecResult, routes } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import { describeError } from '../app/answer-error.ts';
import { type Call, Streamed } from '../app/call.ts';
import { toApiError } from '../app/to-api-error.ts';

/** A command that runs longer than this is answered with spaces first, so that no client takes it for dead. */
const QUIET_MS = 5000;
const SPACE_EVERY_MS = 5000;

type ExecCall = Pick<Call<typeof routes.execCommand>, 'request' | 'reply' | 'body'>;

/**
 * Answers with the result of a command that runs. Before the answer has begun a timeout is 408 `exec_timeout`;
 * afterwards the status is 200 whatever happens, a timeout is exit code 124 and a failure stands in `error`.
 */
export async function answerExec(
  { request, reply, body }: ExecCall,
  running: Promise<ExecResult>,
  { quietMs = QUIET_MS } = {},
): Promise<ExecResult | Streamed> {
  const quiet = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => quiet.resolve(undefined), quietMs);
  const result = await Promise.race([running, quiet.promise]).finally(() => clearTimeout(timer));
  if (!result) return keepAlive({ request, reply, body }, running);
  if (result.timed_out) {
    const { timeout_secs } = body;
    throw new ApiError(
      'exec_timeout',
      { timeout_secs },
      { details: { timeout_secs, pid: result.pid, stdout: result.stdout, stderr: result.stderr } },
    );
  }
  return result;
}

function keepAlive({ request, reply, body }: ExecCall, running: Promise<ExecResult>): Streamed {
  const stream = new PassThrough();
  stream.write(' ');
  const spaces = setInterval(() => stream.write(' '), SPACE_EVERY_MS);
  stream.once('close', () => clearInterval(spaces));
  // A client that has gone leaves an error here; the command is not touched.
  stream.on('error', () => undefined);
  running
    .catch((error: unknown) => brokenOff(error, request))
    .then((result) => {
      clearInterval(spaces);
      if (!stream.destroyed) stream.end(JSON.stringify(withTimeoutNote(result, body.timeout_secs)));
    });
  return new Streamed(reply.code(200).header('content-type', 'application/json; charset=utf-8').send(stream));
}

function withTimeoutNote(result: ExecResult, timeoutSecs: number): ExecResult {
  if (!result.timed_out) return result;
  const note = `nullspace: killed after its timeout_secs of ${timeoutSecs}\n`;
  const gap = result.stderr === '' || result.stderr.endsWith('\n') ? '' : '\n';
  return { ...result, stderr: result.stderr + gap + note };
}

function brokenOff(error: unknown, request: ExecCall['request']): ExecResult {
  const failure = toApiError(error, request);
  request.errorCode = failure.code;
  return {
    exit_code: 137,
    stdout: '',
    stderr: `nullspace: ${failure.message}\n`,
    pid: 0,
    stdout_truncated: false,
    stderr_truncated: false,
    timed_out: false,
    killed_by: null,
    spawn_us: 0,
    run_us: 0,
    error: describeError(failure, request.id).error,
  };
}
