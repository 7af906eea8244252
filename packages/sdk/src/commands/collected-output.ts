import { cutBytes, decode } from '../encoding/text-stream.ts';
import type { CommandOutput } from './types.ts';

/** Most bytes of each stream that a handle keeps, so that endless output does not fill the memory. */
const keptBytes = 16 * 1024 * 1024;

/** What a live command has written so far, for results and for readers that join late. */
export class CollectedOutput {
  readonly truncated = { stdout: false, stderr: false };
  readonly #pieces: Pick<CommandOutput, 'stream' | 'data'>[] = [];
  readonly #length = { stdout: 0, stderr: 0 };

  add({ stream, data }: CommandOutput): void {
    const room = keptBytes - this.#length[stream];
    if (data.length > room) this.truncated[stream] = true;
    if (room <= 0) return;
    let kept = data.subarray(0, room);
    if (kept.length < data.length) kept = kept.subarray(0, kept.length - cutBytes(kept));
    this.#length[stream] += data.length > room ? room : kept.length;
    this.#pieces.push({ stream, data: kept });
  }

  /** All that is kept, in the order of arrival. */
  all(): CommandOutput[] {
    return this.#pieces.map(({ stream, data }) => ({ stream, data, text: decode(data) }));
  }

  text(stream: CommandOutput['stream']): string {
    return this.#of(stream).map(decode).join('');
  }

  bytes(stream: CommandOutput['stream']): Uint8Array {
    const pieces = this.#of(stream);
    const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  #of(stream: CommandOutput['stream']): Uint8Array[] {
    return this.#pieces.filter((piece) => piece.stream === stream).map(({ data }) => data);
  }
}
