import { DeadlineError } from '../with-deadline.ts';

interface EnterOptions {
  /** Longest wait. */
  ms: number;
  signal: AbortSignal;
  /** Comes after everybody else, and leaves them a place. @default false */
  yielding?: boolean;
}

/** Lets a fixed number through at the same moment, the others in the order of their coming. */
export class Gate {
  readonly width: number;
  #inside = 0;
  readonly #waiting = new Set<() => void>();
  readonly #yielding = new Set<() => void>();

  constructor(width: number) {
    this.width = width;
  }

  /** True when more than one is inside. */
  get isShared(): boolean {
    return this.#inside > 1;
  }

  /**
   * Resolves with the way out when it is this caller's turn.
   *
   * @throws {DeadlineError} After `ms` in the queue; the signal's reason when it aborts.
   */
  enter(options: EnterOptions): Promise<() => void> {
    const { ms, signal, yielding = false } = options;
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#admits(yielding)) return Promise.resolve(this.#admit());
    const queue = yielding ? this.#yielding : this.#waiting;
    return new Promise((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        queue.delete(turn);
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
      queue.add(turn);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #admits(yielding: boolean): boolean {
    if (!yielding) return this.#inside < this.width;
    return this.#waiting.size === 0 && this.#inside < Math.max(1, this.width - 1);
  }

  #admit(): () => void {
    this.#inside += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#inside -= 1;
      this.#letIn();
    };
  }

  #letIn(): void {
    const [next] = this.#waiting;
    const [last] = this.#yielding;
    if (next) next();
    else if (this.#admits(true)) last?.();
  }
}
