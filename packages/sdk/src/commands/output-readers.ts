import { CollectedOutput } from './collected-output.ts';
import type { CommandOutput } from './types.ts';

interface Reader {
  queue: CommandOutput[];
  characters: number;
  wake: () => void;
}

/** Characters that wait for a reader before no more is taken. */
const fullCharacters = 1024 * 1024;

/** Hands every piece of output to any number of readers, each from the beginning, whenever it joins. */
export class OutputReaders {
  readonly collected = new CollectedOutput();
  #readers = new Set<Reader>();
  #ended = false;
  #onRoom: () => void;

  /** @param onRoom Called when a full queue was read until it is full no more. */
  constructor(onRoom: () => void = () => {}) {
    this.#onRoom = onRoom;
  }

  /** Whether a reader is so far behind that more had to wait in memory. */
  get isFull(): boolean {
    for (const { characters } of this.#readers) if (characters >= fullCharacters) return true;
    return false;
  }

  add(chunk: CommandOutput): void {
    this.collected.add(chunk);
    for (const reader of this.#readers) {
      reader.queue.push(chunk);
      reader.characters += chunk.text.length;
      reader.wake();
    }
  }

  end(): void {
    this.#ended = true;
    for (const reader of this.#readers) reader.wake();
  }

  async *read(): AsyncGenerator<CommandOutput, void, void> {
    const queue = this.collected.all();
    const characters = queue.reduce((sum, { text }) => sum + text.length, 0);
    const reader: Reader = { queue, characters, wake: () => {} };
    this.#readers.add(reader);
    try {
      for (;;) {
        const chunk = reader.queue.shift();
        if (chunk) {
          const wasFull = this.isFull;
          reader.characters -= chunk.text.length;
          if (wasFull && !this.isFull) this.#onRoom();
          yield chunk;
        } else if (this.#ended) return;
        else
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
          });
      }
    } finally {
      this.#readers.delete(reader);
      this.#onRoom();
    }
  }
}
