import type { ExecResult, routes } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import { describeError } from '../app/answer-error.ts';
import type { Call, Streamed } from '../app/call.ts';
import { toApiError } from '../app/to-api-error.ts';
import { presentRan, type RanCommand, writeRan } from './ran-command.ts';
import { streamJson } from './stream-json.ts';

/** A command that runs longer than this is answered with spaces first, so that no client takes it for dead. */
const QUIET_MS = 5000;
const SPACE_EVERY_MS = 5000;
/** Output below this is answered in one piece. */
const SMALL_BYTES = 32 * 1024;

type ExecCall = Pick<Call<typeof routes.execCommand>, 'request' | 'reply' | 'body'>;

/**
 * Answers with the result of a command that runs. Before the answer has begun a timeout is 408 `exec_timeout`;
 * afterwards the status is 200 whatever happens, a timeout is exit code 124 and a failure stands in `error`.
 */
export async function answerExec(
  { request, reply, body }: ExecCall,
  running: Promise<RanCommand>,
  { quietMs = QUIET_MS } = {},
): Promise<ExecResult | Streamed> {
  const ran = await within(quietMs, running);
  if (!ran) return streamJson(reply, keepAlive({ request, reply, body }, running));
  if (ran.timed_out) {
    const { timeout_secs } = body;
    const { pid, stdout, stderr } = presentRan(ran, body.encoding);
    const output = { pid, encoding: body.encoding, stdout, stderr };
    throw new ApiError('exec_timeout', { timeout_secs }, { details: { timeout_secs, ...output } });
  }
  const isSmall = ran.stdout.length + ran.stderr.length < SMALL_BYTES;
  return isSmall ? presentRan(ran, body.encoding) : streamJson(reply, writeRan(ran, body.encoding));
}

async function* keepAlive(call: ExecCall, running: Promise<RanCommand>): AsyncGenerator<string, void> {
  const settled = running.catch((error: unknown) => brokenOff(error, call.request));
  for (;;) {
    yield ' ';
    const ran = await within(SPACE_EVERY_MS, settled);
    if (ran) return yield* writeRan(withTimeoutNote(ran, call.body.timeout_secs), call.body.encoding);
  }
}

/** What `promise` resolves with; undefined when it takes longer. */
async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), ms);
  return Promise.race([promise, late.promise]).finally(() => clearTimeout(timer));
}

function withTimeoutNote(ran: RanCommand, timeoutSecs: number): RanCommand {
  if (!ran.timed_out) return ran;
  const note = `nullspace: killed after its timeout_secs of ${timeoutSecs}\n`;
  const gap = ran.stderr.length === 0 || ran.stderr.at(-1) === 0x0a ? '' : '\n';
  return { ...ran, stderr: Buffer.concat([ran.stderr, Buffer.from(gap + note)]) };
}

function brokenOff(error: unknown, request: ExecCall['request']): RanCommand {
  const failure = toApiError(error, request);
  request.errorCode = failure.code;
  return {
    exit_code: 137,
    stdout: new Uint8Array(),
    stderr: Buffer.from(`nullspace: ${failure.message}\n`),
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
