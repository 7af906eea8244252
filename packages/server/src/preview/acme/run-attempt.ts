import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { AcmeJob, AcmeResult } from './job.ts';

const program = fileURLToPath(new URL('../../../bin/acme.ts', import.meta.url));
/** What an attempt may take beside the operator's program and the spreading of the record. */
const OWN_MS = 10 * 60_000;
const GRACE_MS = 2000;

/** Makes one attempt in a process of its own and says how it ended. `signal` ends it at once. */
export function runAttempt(job: AcmeJob, signal: AbortSignal): Promise<AcmeResult> {
  const child = fork(program, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const patienceMs = OWN_MS + job.dnsWaitMs + 3 * job.hookTimeoutMs;
  let late = false;
  const end = () => {
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
  };
  const timer = setTimeout(() => {
    late = true;
    end();
  }, patienceMs);
  signal.addEventListener('abort', end, { once: true });
  return new Promise((resolve) => {
    let result: AcmeResult | undefined;
    const fail = (message: string) => {
      result ??= { outcome: 'internal', message, warnings: [] };
    };
    child.once('message', (told) => {
      result = told as AcmeResult;
    });
    child.once('error', (error) => {
      fail(`the attempt could not be started: ${error.message}`);
      finish();
    });
    child.once('exit', (code, name) => {
      const how = late ? `did not end within ${patienceMs} ms` : `ended with ${name ?? code}`;
      fail(`the attempt ${how}`);
      // What it has told is read before the channel closes.
      if (child.connected) child.once('disconnect', finish);
      else finish();
    });
    if (signal.aborted) end();
    else child.send(job, () => {});

    function finish() {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve(result!);
    }
  });
}
