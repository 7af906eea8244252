import type { routes } from '@nullspace/contract';
import { describeError } from '../app/answer-error.ts';
import type { Call, Streamed } from '../app/call.ts';
import { EventStream } from '../app/event-stream.ts';
import { toApiError } from '../app/to-api-error.ts';
import type { Context } from '../context.ts';
import { addressOf } from '../sandboxes/address-of.ts';
import { followProcess } from './live/follow-process.ts';
import { TextOutput } from './live/text-output.ts';

/** Answers with the output of a process as server-sent events, from an offset on. */
export async function streamOutput(
  context: Context,
  call: Call<typeof routes.streamProcessOutput>,
): Promise<Streamed> {
  const { request, reply, params, query } = call;
  const live = await context.finder.findLive(addressOf(call));
  const events = new EventStream(reply);
  const following = followProcess(context, live, {
    pid: params.pid,
    start: { stdout: query.stdout_offset ?? 0, stderr: query.stderr_offset ?? 0 },
    sink: new TextOutput(events, params.pid),
    signal: events.gone,
  });
  return events.answer(reply, following, (error) => {
    const failure = toApiError(error, request);
    request.errorCode = failure.code;
    const { message, code, request_id, details } = describeError(failure, request.id).error;
    return { type: 'error', message, code, request_id, ...(details ? { details } : {}) };
  });
}
