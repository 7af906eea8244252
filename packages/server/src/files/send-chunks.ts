import { Readable } from 'node:stream';
import type { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import type { GuestConnection } from '../guests/connect-guest.ts';
import type { GuestCall } from '../guests/guest-errors.ts';
import { StallTimer } from '../guests/stall-timer.ts';

/** What fits into a message to every agent. */
const MESSAGE_BYTES = 256 * 1024;

export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

interface Sending {
  call: Omit<GuestCall, 'sandboxId' | 'failure'>;
  chunks: Chunks;
  /** Most bytes of what `run` is given at a time. @default 256 KiB */
  pieceBytes?: number;
  /** What the caller is told when the chunks break off. @default what broke them */
  describeBreak?: (cause: unknown) => ApiError;
}

/**
 * A call that sends bytes to a guest. Chunks that fail break it off, so that the guest keeps what it had. The guest is not
 * waited for longer than a minute at a time.
 *
 * @param run Sends the pieces of the chunks that it is given.
 */
export async function sendChunks<Result>(
  context: Context,
  live: LiveInstance,
  { call, chunks, pieceBytes = MESSAGE_BYTES, describeBreak }: Sending,
  run: (
    guest: GuestConnection,
    chunks: AsyncGenerator<Uint8Array, void>,
    signal: AbortSignal,
  ) => Promise<Result>,
): Promise<Result> {
  // What breaks the source is the caller's doing and not the guest's.
  let broken: { error: unknown } | undefined;
  let ended = false;
  const stall = new StallTimer();
  const source = open(chunks);
  // Only the source's own failures are caught: a guest that refuses early throws into the yields.
  const take = async () => {
    stall.stop();
    try {
      return await source.next();
    } catch (error) {
      broken = { error: describeBreak?.(error) ?? error };
      throw error;
    } finally {
      if (!ended) stall.wait();
    }
  };
  async function* pieces(): AsyncGenerator<Uint8Array, void> {
    try {
      for (let taken = await take(); !taken.done; taken = await take()) {
        for (let at = 0; at < taken.value.length; at += pieceBytes) {
          stall.wait();
          yield taken.value.subarray(at, at + pieceBytes);
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
      (guest, gone) => run(guest, pieces(), AbortSignal.any([gone, stall.signal])),
    );
  } catch (error) {
    // What still comes is dropped: the next request on the connection waits behind it.
    if (chunks instanceof Readable) chunks.removeAllListeners('readable').resume();
    throw broken ? broken.error : error;
  } finally {
    ended = true;
    stall.stop();
  }
}

// A body that is not read to its end stays open, so that its sender can be answered.
function open(chunks: Chunks): AsyncIterator<Uint8Array> | Iterator<Uint8Array> {
  if (chunks instanceof Readable) return chunks.iterator({ destroyOnReturn: false });
  return Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
}
