import type { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import type { GuestConnection } from '../guests/connect-guest.ts';
import type { GuestCall } from '../guests/guest-errors.ts';
import { StallTimer } from '../guests/stall-timer.ts';

const CHUNK_BYTES = 256 * 1024;

export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

interface Sending {
  call: Omit<GuestCall, 'sandboxId' | 'failure'>;
  chunks: Chunks;
  /** What the caller is told when the chunks break off. @default what broke them */
  describeBreak?: (cause: unknown) => ApiError;
}

/**
 * A call that sends bytes to a guest, after a first message that says what they are. Chunks that fail break it off, so
 * that the guest keeps what it had. The guest is not waited for longer than a minute at a time.
 */
export async function sendChunks<First extends object, Result>(
  context: Context,
  live: LiveInstance,
  { call, chunks, describeBreak }: Sending,
  run: (
    guest: GuestConnection,
    data: (first: First) => AsyncGenerator<First & { data?: Uint8Array }, void>,
    signal: AbortSignal,
  ) => Promise<Result>,
): Promise<Result> {
  // What breaks the source is the caller's doing and not the guest's.
  let broken: { error: unknown } | undefined;
  const stall = new StallTimer();
  async function* messages(first: First): AsyncGenerator<First & { data?: Uint8Array }, void> {
    yield first;
    const source =
      Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
    // Only the source's own failures are caught: a guest that refuses early throws into the yields.
    const take = async () => {
      stall.stop();
      try {
        return await source.next();
      } catch (error) {
        broken = { error: describeBreak?.(error) ?? error };
        throw error;
      } finally {
        stall.wait();
      }
    };
    try {
      for (let taken = await take(); !taken.done; taken = await take()) {
        for (let at = 0; at < taken.value.length; at += CHUNK_BYTES) {
          stall.wait();
          yield { data: taken.value.subarray(at, at + CHUNK_BYTES) } as First & { data?: Uint8Array };
        }
      }
    } finally {
      await source.return?.();
    }
  }
  try {
    stall.wait();
    return await context.guests.call(
      live,
      { failure: 'guest_unavailable', ...call, answerMs: 0 },
      (guest, ended) => run(guest, messages, AbortSignal.any([ended, stall.signal])),
    );
  } catch (error) {
    throw broken ? broken.error : error;
  } finally {
    stall.stop();
  }
}
