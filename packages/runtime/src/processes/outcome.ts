import type { ChildProcess } from 'node:child_process';

/** How a process ended. */
export interface Outcome {
  status: number | null;
  killedBy: NodeJS.Signals | null;
}

export interface OutcomeOptions {
  timeoutMs: number;
  /** Kills the process when it fires. */
  signal?: AbortSignal | undefined;
}

/** Waits for the end of a process, which is killed after `timeoutMs`. Rejects when it could not be started. */
export async function outcomeOf(
  child: ChildProcess,
  { timeoutMs, signal }: OutcomeOptions,
): Promise<Outcome> {
  const kill = () => child.kill('SIGKILL');
  const timer = setTimeout(kill, timeoutMs);
  signal?.addEventListener('abort', kill, { once: true });
  if (signal?.aborted) kill();
  try {
    return await new Promise((resolve, reject) => {
      child.on('exit', (status, killedBy) => resolve({ status, killedBy }));
      // A kill that fails is reported here too; the process is gone only when it has exited.
      child.on('error', (cause) => child.pid === undefined && reject(cause));
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
  }
}
