import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Service {
  readonly pid: number;
  /** The "ready" log line that the service printed. */
  readonly ready: Record<string, unknown>;
  /** Resolves when the process is gone. */
  readonly ended: Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

/** Starts a service of ours and waits for its "ready" line. Its log goes on in `logFile`. */
export async function startService(options: {
  command: string[];
  env: Record<string, string>;
  logFile: string;
  patienceMs?: number;
}): Promise<Service> {
  const { command, env, logFile, patienceMs = 120_000 } = options;
  const child = spawn(command[0]!, command.slice(1), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stderr.pipe(log, { end: false });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = await waitForReady(child, log, patienceMs).catch((error: unknown) => {
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

function waitForReady(child: ChildProcess, log: NodeJS.WritableStream, patienceMs: number) {
  return new Promise<Record<string, unknown>>((resolve, reject) => {
    const patience = setTimeout(() => reject(new Error(`not ready within ${patienceMs} ms`)), patienceMs);
    const settle = (act: () => void) => {
      clearTimeout(patience);
      act();
    };
    child.once('error', (error) => settle(() => reject(error)));
    child.once('exit', (code, signal) => settle(() => reject(new Error(`ended with ${code ?? signal}`))));
    createInterface({ input: child.stdout! }).on('line', (line) => {
      log.write(`${line}\n`);
      if (!line.includes('"ready"')) return;
      const entry = JSON.parse(line) as Record<string, unknown>;
      if (entry.msg === 'ready') settle(() => resolve(entry));
    });
  });
}
