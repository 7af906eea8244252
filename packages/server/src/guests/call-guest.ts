import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import { ApiError } from '../api-error.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import type { SandboxFinder } from '../sandboxes/sandbox-finder.ts';
import type { GuestConnection } from './connect-guest.ts';
import { type GuestCall, isPausing, readGuestRefusal } from './guest-errors.ts';
import { linkSignals } from './linked-signal.ts';

/** How long an agent may take over a call that only looks something up. */
const ANSWER_MS = 30_000;
/** How long the end of an instance may trail behind the end of its connections. */
const END_LAG_MS = 500;
/** How long a pause may take from the moment that its agent is still. */
const PAUSE_LAG_MS = 30_000;

/** Calls guests and turns what goes wrong into errors that callers can act on. */
export class GuestCaller {
  readonly #finder: SandboxFinder;

  constructor(finder: SandboxFinder) {
    this.#finder = finder;
  }

  /**
   * Runs calls to a guest. `signal` breaks them off when the instance ends or after `answerMs`
   * (default 30,000; 0: never).
   *
   * @throws {ApiError} The refusal of the agent; `sandbox_not_found` when the sandbox has ended, `sandbox_paused`
   * when it was paused meanwhile; `call.failure` when the agent cannot be reached or answers wrongly.
   */
  async call<Result>(
    live: LiveInstance,
    call: Omit<GuestCall, 'sandboxId'> & { answerMs?: number; signal?: AbortSignal },
    run: (guest: GuestConnection, signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const { answerMs = ANSWER_MS } = call;
    const linked = linkSignals([live.ended, call.signal]);
    let late = false;
    const giveUp = () => {
      late = true;
      linked.abort();
    };
    const timer = answerMs > 0 ? setTimeout(giveUp, answerMs) : undefined;
    try {
      return await run(live.guest, linked.signal);
    } catch (error) {
      if (error instanceof ApiError || call.signal?.aborted) throw error;
      throw await this.explain(live, { ...call, sandboxId: live.sandboxId }, error, late);
    } finally {
      clearTimeout(timer);
      linked.release();
    }
  }

  /** Finds out why a call to a guest failed. */
  async explain(live: LiveInstance, call: GuestCall, error: unknown, late = false): Promise<ApiError> {
    if (isPausing(error)) return this.#explainPause(live, call, error);
    const refused = readGuestRefusal(error, call);
    if (refused) return refused;
    if (!live.ended.aborted && !late)
      await sleep(END_LAG_MS, undefined, { signal: live.ended }).catch(() => undefined);
    const ended = await this.#finder.describeEnd(live);
    if (ended) return ended;
    const problem = late ? 'its agent did not answer in time' : describe(error);
    const details = { sandbox_id: live.sandboxId };
    return new ApiError(call.failure, { sandbox_id: live.sandboxId, problem }, { details, cause: error });
  }

  /** Waits for the pause, so that who is told of it finds it; a pause that failed is no reason any more. */
  async #explainPause(live: LiveInstance, call: GuestCall, cause: unknown): Promise<ApiError> {
    await sleep(PAUSE_LAG_MS, undefined, { signal: live.ended }).catch(() => undefined);
    const { sandboxId: sandbox_id } = live;
    const values = { sandbox_id, problem: 'it was about to be paused' };
    return (
      (await this.#finder.describeEnd(live)) ??
      new ApiError(call.failure, values, { details: { sandbox_id }, cause })
    );
  }
}

// The agent's own words are a guest's and stay out of messages.
function describe(error: unknown): string {
  if (!(error instanceof ConnectError)) return 'its agent answered wrongly';
  if (error.code === Code.Unavailable || error.code === Code.Aborted) return 'its agent cannot be reached';
  if (error.code === Code.Unauthenticated) return 'its agent does not know the server';
  if (error.code === Code.ResourceExhausted) return 'its agent answered with more than is accepted';
  return 'its agent answered wrongly';
}
