import { CollectedOutput } from './collected-output.ts';
import type { CommandOutput } from './types.ts';

interface Reader {
  queue: CommandOutput[];
  wake: () => void;
}

/** Hands every piece of output to any number of readers, each from the beginning, whenever it joins. */
export class OutputReaders {
  readonly collected = new CollectedOutput();
  #readers = new Set<Reader>();
  #ended = false;

  add(chunk: CommandOutput): void {
    this.collected.add(chunk);
    for (const reader of this.#readers) {
      reader.queue.push(chunk);
      reader.wake();
    }
  }

  end(): void {
    this.#ended = true;
    for (const reader of this.#readers) reader.wake();
  }

  async *read(): AsyncGenerator<CommandOutput, void, void> {
    const reader: Reader = { queue: [...this.collected.chunks], wake: () => {} };
    this.#readers.add(reader);
    try {
      for (;;) {
        const chunk = reader.queue.shift();
        if (chunk) yield chunk;
        else if (this.#ended) return;
        else
          await new Promise<void>((resolve) => {
            reader.wake = resolve;
          });
      }
    } finally {
      this.#readers.delete(reader);
    }
  }
}
