import type { CommandOutput } from './types.ts';

/** Most characters of each stream that a handle keeps, so that endless output does not fill the memory. */
const keptCharacters = 16 * 1024 * 1024;

/** What a live command has written so far, for results and for readers that join late. */
export class CollectedOutput {
  readonly chunks: CommandOutput[] = [];
  readonly truncated = { stdout: false, stderr: false };
  #length = { stdout: 0, stderr: 0 };

  add(chunk: CommandOutput): void {
    const room = keptCharacters - this.#length[chunk.stream];
    if (chunk.text.length > room) this.truncated[chunk.stream] = true;
    if (room <= 0) return;
    const text = chunk.text.slice(0, room);
    this.#length[chunk.stream] += text.length;
    this.chunks.push({ stream: chunk.stream, text });
  }

  text(stream: CommandOutput['stream']): string {
    return this.chunks
      .filter((chunk) => chunk.stream === stream)
      .map((chunk) => chunk.text)
      .join('');
  }
}
