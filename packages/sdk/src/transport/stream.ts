import { SilenceWatch } from './silence.ts';
import { TransportFailure } from './transport.ts';

/**
 * A byte stream over an answer's body that is read only as fast as the consumer takes it. Silence counts only while
 * the consumer waits; abort, silence and cancel all release the connection.
 */
export function streamOf(
  source: AsyncIterable<Uint8Array>,
  silenceMs: number,
  signal: AbortSignal | undefined,
  release: () => void,
): ReadableStream<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  let fail: (error: unknown) => void = () => {};
  const onAbort = (): void => fail(signal?.reason);
  const end = (): void => signal?.removeEventListener('abort', onAbort);
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        fail = (error) => {
          end();
          controller.error(error);
          release();
        };
        signal?.addEventListener('abort', onAbort);
        if (signal?.aborted) onAbort();
      },
      async pull(controller) {
        const silence = new SilenceWatch(silenceMs, fail);
        try {
          const next = await chunks.next();
          if (next.done) {
            end();
            controller.close();
          } else {
            controller.enqueue(next.value);
          }
        } catch (error) {
          fail(new TransportFailure(error, true));
        } finally {
          silence.end();
        }
      },
      cancel() {
        end();
        release();
      },
    },
    { highWaterMark: 0 },
  );
}

/** Chunks of a stream, which not every browser can iterate itself. Stopping early cancels it. */
export async function* readerChunks(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } finally {
    if (!ended) await reader.cancel().catch(() => {});
  }
}
