import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { ProcessLogs, routes } from '@nullspace/contract';
import type { guest } from '@nullspace/proto';
import { ApiError } from '../api-error.ts';
import { type Call, Streamed } from '../app/call.ts';
import type { Context } from '../context.ts';
import { KeyedGate } from '../keyed-gate.ts';
import { decodeText, readExitCode } from './describe-exit.ts';
import { writeJsonString } from './json-text.ts';
import type { ProcessAddress } from './processes.ts';

/** Reads of one tenant whose output, up to 16 MiB each, is held at the same moment. */
const HELD_PER_TENANT = 4;
/** An agent copies its output for each read, within the memory of its sandbox. */
const ASKED_PER_SANDBOX = 1;
/** Longest wait for a turn. */
const PATIENCE_MS = 30_000;
/** A client that takes nothing for this long is cut off. */
const STALL_MS = 60_000;
/** Output below this is answered in one piece. */
const SMALL_BYTES = 32 * 1024;

/** Answers reads of processes' output with a bounded amount of it in memory, however many are asked for. */
export class LogReads {
  readonly #context: Context;
  readonly #holding = new KeyedGate(HELD_PER_TENANT);
  readonly #asking = new KeyedGate(ASKED_PER_SANDBOX);

  constructor(context: Context) {
    this.#context = context;
  }

  /** Output of a process from its start. */
  async answer(
    { reply }: Pick<Call<typeof routes.getProcessLogs>, 'reply'>,
    address: ProcessAddress,
  ): Promise<ProcessLogs | Streamed> {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    const leave = await this.#enter(this.#holding, address.tenantId, gone.signal);
    reply.raw.once('close', leave);
    if (gone.signal.aborted) leave();
    try {
      const logs = await this.#read(address, gone.signal);
      const size = logs.stdout.length + logs.stderr.length + logs.output.length;
      return size < SMALL_BYTES ? present(logs) : this.#stream(reply, logs);
    } catch (error) {
      leave();
      throw error;
    }
  }

  async #read({ pid, ...address }: ProcessAddress, signal: AbortSignal): Promise<guest.ReadOutputResponse> {
    const live = await this.#context.finder.findLive(address);
    const leave = await this.#enter(this.#asking, live.instanceId, AbortSignal.any([signal, live.ended]));
    try {
      return await this.#context.guests.call(live, { failure: 'exec_failed', pid }, (connection, ended) =>
        connection.readOutput({ pid }, ended),
      );
    } finally {
      leave();
    }
  }

  async #enter(gate: KeyedGate, key: string, signal: AbortSignal): Promise<() => void> {
    const late = AbortSignal.timeout(PATIENCE_MS);
    try {
      return await gate.enter(key, AbortSignal.any([signal, late]));
    } catch (error) {
      throw new ApiError(
        'rate_limit_exceeded',
        { limit: HELD_PER_TENANT },
        { retryAfterSecs: 1, cause: error },
      );
    }
  }

  #stream(reply: Call<typeof routes.getProcessLogs>['reply'], logs: guest.ReadOutputResponse): Streamed {
    const stream = Readable.from(writeLogs(logs), { objectMode: false });
    const stalled = setTimeout(() => reply.raw.destroy(), STALL_MS);
    stream.on('data', () => stalled.refresh());
    void once(reply.raw, 'close').then(() => {
      clearTimeout(stalled);
      stream.destroy();
    });
    return new Streamed(
      reply.code(200).header('content-type', 'application/json; charset=utf-8').send(stream),
    );
  }
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
