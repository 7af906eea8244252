/** Thrown when a step took longer than it may. The step itself may still be under way. */
export class DeadlineError extends Error {
  constructor(what: string, ms: number) {
    super(`${what} took longer than ${ms / 1000} s`);
    this.name = 'DeadlineError';
  }
}

/** Waits for a promise, at most `ms`, and not past the abort of `signal`. */
export function withDeadline<T>(
  promise: Promise<T>,
  options: { what: string; ms: number; signal?: AbortSignal },
): Promise<T> {
  const { what, ms, signal } = options;
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => settle(() => reject(new DeadlineError(what, ms))), ms);
    const onAbort = () => settle(() => reject(signal?.reason));
    const settle = (answer: () => void) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      answer();
    };
    promise.then(
      (value) => settle(() => resolve(value)),
      (error) => settle(() => reject(error)),
    );
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Waits; ends early, without an error, when `signal` aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
