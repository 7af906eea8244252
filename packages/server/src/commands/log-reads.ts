import type { ProcessLogs, routes } from '@nullspace/contract';
import type { guest } from '@nullspace/proto';
import { ApiError } from '../api-error.ts';
import type { Call, Streamed } from '../app/call.ts';
import type { Context } from '../context.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import { KeyedGate } from '../keyed-gate.ts';
import { decodeText, readExitCode } from './describe-exit.ts';
import { HELD_OF_TENANT, type HeldAnswers, type Hold } from './held-answers.ts';
import { writeJsonString } from './json-text.ts';
import type { ProcessAddress } from './processes.ts';
import { streamJson } from './stream-json.ts';

/** An agent copies its output for each read, within the memory of its sandbox. */
const ASKED_PER_SANDBOX = 1;
/** Longest wait for a turn. */
const PATIENCE_MS = 30_000;
/** Output below this is answered in one piece. */
const SMALL_BYTES = 32 * 1024;

/** Answers reads of processes' output with a bounded amount of it in memory, however many are asked for. */
export class LogReads {
  readonly #context: Context;
  readonly #held: HeldAnswers;
  readonly #asking = new KeyedGate(ASKED_PER_SANDBOX);

  constructor(context: Context, held: HeldAnswers) {
    this.#context = context;
    this.#held = held;
  }

  /** Output of a process from its start. */
  async answer(
    { reply }: Pick<Call<typeof routes.getProcessLogs>, 'reply'>,
    address: ProcessAddress,
  ): Promise<ProcessLogs | Streamed> {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const hold = this.#held.hold(address.tenantId, reply.raw, tooMany);
    const logs = await this.#read(address, gone.signal, hold);
    const size = logs.stdout.length + logs.stderr.length + logs.output.length;
    return size < SMALL_BYTES ? present(logs) : streamJson(reply, writeLogs(logs));
  }

  async #read(
    { pid, ...address }: ProcessAddress,
    gone: AbortSignal,
    hold: Hold,
  ): Promise<guest.ReadOutputResponse> {
    const live = await this.#context.finder.findLive(address);
    const leave = await this.#takeTurn(live, gone);
    const call = { failure: 'exec_failed', pid, signal: gone } as const;
    try {
      return await this.#context.guests.call(live, call, (connection, signal) =>
        connection.readOutput({ pid }, { signal, admit: hold.admit }),
      );
    } finally {
      leave();
    }
  }

  async #takeTurn({ instanceId, ended }: LiveInstance, gone: AbortSignal): Promise<() => void> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    try {
      return await this.#asking.enter(instanceId, AbortSignal.any([gone, ended, late]));
    } catch (error) {
      // The call that follows says why it ended.
      if (ended.aborted) return () => undefined;
      throw late.aborted ? tooMany(error) : error;
    }
  }
}

function tooMany(cause?: unknown): ApiError {
  return new ApiError('rate_limit_exceeded', { limit: HELD_OF_TENANT }, { retryAfterSecs: 1, cause });
}

function present(logs: guest.ReadOutputResponse): ProcessLogs {
  return {
    stdout: decodeText(logs.stdout),
    stderr: decodeText(logs.stderr),
    output: decodeText(logs.output),
    ...ending(logs),
  };
}

function ending({ running, exit, truncated }: guest.ReadOutputResponse) {
  return { exit_code: running ? null : readExitCode(exit), truncated };
}

/** The same as `present`, as JSON text in pieces. */
function* writeLogs(logs: guest.ReadOutputResponse): Generator<string, void> {
  yield '{"stdout":';
  yield* writeJsonString(logs.stdout);
  yield ',"stderr":';
  yield* writeJsonString(logs.stderr);
  yield ',"output":';
  yield* writeJsonString(logs.output);
  yield `,${JSON.stringify(ending(logs)).slice(1)}`;
}
