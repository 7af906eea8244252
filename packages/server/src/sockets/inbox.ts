import type { WebSocket } from 'ws';
import type * as z from 'zod';
import { ApiError } from '../api-error.ts';
import { giveBack } from '../guests/passed-bytes.ts';
import { parseFrame } from './parse-frame.ts';

/** Bytes of frames that wait to be taken before the socket is read no further. */
const BUFFERED_BYTES = 1024 * 1024;

/** Keeps the frames of a client in their order until they are taken. One that sends too much has to wait. */
export class Inbox {
  readonly #socket: WebSocket;
  readonly #waiting: { data: Buffer; isBinary: boolean }[] = [];
  #bytes = 0;
  #wake: () => void = () => undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data, isBinary) => {
      this.#waiting.push({ data: data as Buffer, isBinary });
      this.#bytes += (data as Buffer).length;
      if (this.#bytes > BUFFERED_BYTES) socket.pause();
      this.#wake();
    });
    socket.once('close', () => this.#wake());
  }

  /** Frames that can be taken at once. */
  get length(): number {
    return this.#waiting.length;
  }

  /**
   * The next frame, or undefined when the client has gone or `signal` aborts.
   *
   * @throws {ApiError} `invalid_request` for a frame that is wrong, or that does not come within `patienceMs`.
   */
  async next<S extends z.ZodType>(
    schema: S,
    { signal, patienceMs }: { signal?: AbortSignal; patienceMs?: number } = {},
  ): Promise<z.output<S> | undefined> {
    let late = false;
    const giveUp = () => {
      late = true;
      this.#wake();
    };
    const timer = patienceMs === undefined ? undefined : setTimeout(giveUp, patienceMs);
    const stop = () => this.#wake();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      while (this.#waiting.length === 0) {
        if (signal?.aborted || this.#socket.readyState !== this.#socket.OPEN) return undefined;
        if (late) throw new ApiError('invalid_request', { problem: 'invalid message: none came' });
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
    const { data, isBinary } = this.#waiting.shift()!;
    this.#bytes -= data.length;
    if (this.#bytes <= BUFFERED_BYTES) this.#socket.resume();
    const frame = parseFrame(schema, data, isBinary);
    giveBack(data);
    return frame;
  }
}
