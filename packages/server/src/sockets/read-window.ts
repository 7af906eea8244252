import { ApiError } from '../api-error.ts';
import { Waiting } from './waiting.ts';

/** Bounds what a client was sent and has not read. One that does not say what it reads is slowed by its socket alone. */
export class ReadWindow {
  readonly #bytes: number;
  #sent = 0;
  #read = 0;
  readonly #waiting = new Waiting();

  /** @param bytes Absent: there is no bound. */
  constructor(bytes: number | null | undefined) {
    this.#bytes = bytes ?? Number.POSITIVE_INFINITY;
  }

  /**
   * The client has read so many bytes since it connected.
   *
   * @throws {ApiError} `invalid_request` for more than it was sent.
   */
  advance(read: number): void {
    if (read > this.#sent) {
      const problem = `invalid message: bytes: only ${this.#sent} bytes were sent`;
      throw new ApiError('invalid_request', { problem });
    }
    this.#read = Math.max(this.#read, read);
    this.#waiting.wake();
  }

  /** Resolves when more may be sent, or `signal` aborts. */
  room(signal: AbortSignal): Promise<void> {
    return this.#waiting.until(() => this.#sent - this.#read < this.#bytes, signal);
  }

  count(bytes: number): void {
    this.#sent += bytes;
  }
}
