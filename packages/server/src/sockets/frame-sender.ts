import type { WebSocket } from 'ws';
import { sendFrame } from './send-frame.ts';

/** Bytes that may wait in a socket before its source is read no further. */
const BUFFERED_BYTES = 1024 * 1024;

/** A frame to be sent; the client's id is added. */
export type WithoutId<F> = F extends unknown ? Omit<F, 'id'> : never;

/** Sends the frames of one protocol and waits for a client that reads slowly. */
export class FrameSender<F extends { type: string }> {
  readonly #socket: WebSocket;
  /** Id of the client's frame, repeated in every answer. */
  id: string | null | undefined;
  /** Whether the client has been told that what it asked for runs. */
  announced = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Resolves when more may be sent or `signal` aborts. Frames to a client that has gone are dropped. */
  async send(frame: WithoutId<F>, signal?: AbortSignal): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if ((frame as { type: string }).type.endsWith('_started')) this.announced = true;
    const text = JSON.stringify(this.id === undefined ? frame : { ...frame, id: this.id });
    await sendFrame(this.#socket, text, { bufferedBytes: BUFFERED_BYTES, signal });
  }

  /** The same for a binary frame. */
  sendBytes(frame: { head: Buffer; data: Uint8Array }, signal: AbortSignal): Promise<void> {
    return sendFrame(this.#socket, frame, { bufferedBytes: BUFFERED_BYTES, signal });
  }
}
