import type { ExecServerFrame } from '@nullspace/contract';
import type { WebSocket } from 'ws';
import { sendText } from '../../sockets/send-text.ts';

/** Bytes that may wait in a socket before its source is read no further. */
const BUFFERED_BYTES = 1024 * 1024;

type WithoutId<F> = F extends unknown ? Omit<F, 'id'> : never;
/** A frame to be sent; the client's id is added. */
export type OutgoingFrame = WithoutId<ExecServerFrame>;

/** Sends frames and waits for a client that reads slowly. */
export class FrameSender {
  readonly #socket: WebSocket;
  /** Id of the client's frame, repeated in every answer. */
  id: string | null | undefined;
  /** Whether the client has been told that its command runs. */
  announced = false;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Resolves when more may be sent or `signal` aborts. Frames to a client that has gone are dropped. */
  async send(frame: OutgoingFrame, signal?: AbortSignal): Promise<void> {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (frame.type === 'exec_started') this.announced = true;
    const text = JSON.stringify(this.id === undefined ? frame : { ...frame, id: this.id });
    await sendText(this.#socket, text, { bufferedBytes: BUFFERED_BYTES, signal });
  }
}
