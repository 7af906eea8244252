import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync, watch } from 'node:fs';
import { readLines } from './read-lines.ts';

export interface Service {
  readonly pid: number;
  /** The "ready" log line that the service printed. */
  readonly ready: Record<string, unknown>;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/**
 * Starts a service of ours and waits for its "ready" line. It writes its log into `logFile` itself, as an installed one
 * does: reading along would cost a benchmark's process as much as the calls that it measures.
 */
export async function startService(options: {
  command: string[];
  env: Record<string, string>;
  logFile: string;
  patienceMs?: number;
}): Promise<Service> {
  const { command, env, logFile, patienceMs = 120_000 } = options;
  const log = openSync(logFile, 'a');
  const begin = fstatSync(log).size;
  const child = spawn(command[0]!, command.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = await waitForReady(child, { logFile, begin, patienceMs }).catch((error: unknown) => {
    child.kill('SIGKILL');
    throw new Error(`${command.slice(1).join(' ')} did not become ready; its log is ${logFile}`, {
      cause: error,
    });
  });
  return {
    pid: child.pid!,
    ready,
    ended,
    async kill(signal) {
      child.kill(signal);
      await ended;
    },
  };
}

async function waitForReady(
  child: ChildProcess,
  options: { logFile: string; begin: number; patienceMs: number },
): Promise<Record<string, unknown>> {
  const { logFile, begin, patienceMs } = options;
  const over = new AbortController();
  const ready = Promise.withResolvers<Record<string, unknown>>();
  const look = () => {
    const line = readLines(logFile, begin).find((text) => text.includes('"msg":"ready"'));
    if (line) ready.resolve(JSON.parse(line));
  };
  const patience = setTimeout(() => ready.reject(new Error(`not ready within ${patienceMs} ms`)), patienceMs);
  child.once('error', ready.reject);
  child.once('exit', (code, signal) => ready.reject(new Error(`ended with ${code ?? signal}`)));
  watch(logFile, { signal: over.signal }, look);
  look();
  try {
    return await ready.promise;
  } finally {
    clearTimeout(patience);
    over.abort();
  }
}
