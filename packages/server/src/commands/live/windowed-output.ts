import type { ReadWindow } from '../../sockets/read-window.ts';
import type { OutputSink, StreamName } from './follow-process.ts';

/** Passes output on as far as the window lets it. */
export class WindowedOutput implements OutputSink {
  readonly #sink: OutputSink;
  readonly #window: ReadWindow;

  constructor(sink: OutputSink, window: ReadWindow) {
    this.#sink = sink;
    this.#window = window;
  }

  started(): Promise<void> {
    return this.#sink.started();
  }

  async output(
    name: StreamName,
    data: Uint8Array,
    at: { offset: number; signal: AbortSignal },
  ): Promise<void> {
    await this.#window.room(at.signal);
    // Counted before: a client may say that it has read them before this call returns.
    this.#window.count(data.length);
    await this.#sink.output(name, data, at);
  }

  exited(...exit: Parameters<OutputSink['exited']>): Promise<void> {
    return this.#sink.exited(...exit);
  }

  position(name: StreamName): number | undefined {
    return this.#sink.position?.(name);
  }
}
