import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Installation } from './installation.ts';

/** One piece of output as a binary frame carries it. */
export interface OutputPiece {
  stream: 1 | 2;
  offset: number;
  data: Buffer;
}

/** What a terminal showed. */
export interface ShownFrame {
  offset: number;
  data_base64: string;
}

export interface WireOptions {
  channel: 'exec' | 'pty' | 'watch';
  first: object;
  /** Takes the output of a terminal, which is then not kept. */
  onShown?: (frame: ShownFrame) => void;
}

/** A client of a sandbox's socket without anything of the SDKs: it cuts itself off, or reads nothing, as a test wants. */
export class WireSocket {
  readonly socket: WebSocket;
  /** Text frames so far. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into frames of every shape.
  readonly frames: any[] = [];
  readonly #early: OutputPiece[] = [];
  #take: ((piece: OutputPiece) => void) | undefined;

  private constructor(socket: WebSocket, onShown?: (frame: ShownFrame) => void) {
    this.socket = socket;
    socket.on('message', (data, isBinary) => {
      const bytes = data as Buffer;
      if (!isBinary) {
        const frame = JSON.parse(String(bytes));
        if (onShown && frame.type === 'pty_output') onShown(frame);
        else this.frames.push(frame);
      } else {
        const stream = bytes.readUInt8() as 1 | 2;
        const piece = { stream, offset: Number(bytes.readBigUInt64BE(1)), data: bytes.subarray(9) };
        if (this.#take) this.#take(piece);
        else this.#early.push(piece);
      }
      socket.emit('handled');
    });
    socket.on('error', () => undefined);
  }

  static async open(
    { url, apiKey }: Pick<Installation, 'url' | 'apiKey'>,
    sandboxId: string,
    { channel, first, onShown }: WireOptions,
  ): Promise<WireSocket> {
    const query = channel === 'watch' ? '' : `?channel=${channel}`;
    const address = `${url.replace('http', 'ws')}/v1/sandboxes/${sandboxId}/ws${query}`;
    const socket = new WebSocket(address, { headers: { authorization: `Bearer ${apiKey}` } });
    const wire = new WireSocket(socket, onShown);
    await once(socket, 'open');
    socket.send(JSON.stringify(first));
    return wire;
  }

  /** Gives every piece of output to `take`, those that came before too. */
  onPiece(take: (piece: OutputPiece) => void): void {
    this.#take = take;
    for (const piece of this.#early.splice(0)) take(piece);
  }

  /** Resolves when a frame has come or the socket is closed. */
  async next(): Promise<void> {
    const done = new AbortController();
    const options = { signal: done.signal };
    const either = [once(this.socket, 'handled', options), once(this.socket, 'close', options)];
    await Promise.race(either);
    done.abort();
    await Promise.allSettled(either);
  }

  /** The first text frame of that type, now or later. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into frames of every shape.
  async type(type: string): Promise<any> {
    for (;;) {
      const found = this.frames.find((frame) => frame.type === type);
      if (found) return found;
      const failed = this.frames.find((frame) => frame.type === 'error');
      if (failed) throw new Error(failed.message);
      if (this.socket.readyState >= WebSocket.CLOSING) throw new Error(`closed without ${type}`);
      await this.next();
    }
  }
}
