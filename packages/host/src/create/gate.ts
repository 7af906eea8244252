import { DeadlineError } from '../with-deadline.ts';

/** Lets a fixed number through at the same moment, the others in the order of their coming. */
export class Gate {
  readonly width: number;
  #inside = 0;
  readonly #waiting = new Set<() => void>();

  constructor(width: number) {
    this.width = width;
  }

  /**
   * Resolves with the way out when it is this caller's turn.
   *
   * @throws {DeadlineError} After `ms` in the queue; the signal's reason when it aborts.
   */
  enter(options: { ms: number; signal: AbortSignal }): Promise<() => void> {
    const { ms, signal } = options;
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#inside < this.width) return Promise.resolve(this.#admit());
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.#waiting.delete(turn);
      };
      const turn = () => {
        leave();
        resolve(this.#admit());
      };
      const onAbort = () => {
        leave();
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        leave();
        reject(new DeadlineError('waiting for a turn to start', ms));
      }, ms);
      this.#waiting.add(turn);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #admit(): () => void {
    this.#inside += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#inside -= 1;
      const [next] = this.#waiting;
      next?.();
    };
  }
}
