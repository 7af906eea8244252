import { SilenceError } from './transport.ts';

/** Calls back once when `heard` was not called for the given time. */
export class SilenceWatch {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #ms: number;
  #onSilence: (error: SilenceError) => void;
  #over = false;

  constructor(ms: number, onSilence: (error: SilenceError) => void) {
    this.#ms = ms;
    this.#onSilence = onSilence;
    this.heard();
  }

  /** A byte arrived, or the reader is about to wait for the next one. */
  heard(): void {
    if (this.#over) return;
    // Node's timers can be wound up again, which costs less than a fresh one.
    if (typeof this.#timer === 'object' && 'refresh' in this.#timer) {
      this.#timer.refresh();
      return;
    }
    this.stop();
    this.#timer = setTimeout(
      () => this.#onSilence(new SilenceError(`no byte within ${this.#ms} ms`)),
      this.#ms,
    );
  }

  /** Nothing is awaited any more, ever. */
  end(): void {
    this.#over = true;
    this.stop();
  }

  /** Nothing is awaited until `heard` is called. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** A body on its way out. Waiting for its source is no silence of the server; waiting for the server to take it is. */
export async function* watchedBody(
  body: AsyncIterable<Uint8Array>,
  silence: SilenceWatch,
): AsyncGenerator<Uint8Array, void, void> {
  silence.stop();
  for await (const chunk of body) {
    silence.heard();
    yield chunk;
    silence.stop();
  }
  silence.heard();
}
