import { type ChildProcess, spawn } from 'node:child_process';
import { AcmeError } from './acme-error.ts';
import type { TxtRecord } from './acme-folder.ts';

const MOST_OUTPUT = 1000;
/** What programs need that reach a DNS service. Keys of ours are none of it. */
const passed = ['PATH', 'LANG', 'TZ', 'TMPDIR', 'HOME', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

/**
 * Calls the operator's program: `present` or `cleanup`, the name of the record and its value, without a shell. It and what
 * it has started are ended when it takes too long, or when `signal` says so.
 *
 * @throws {AcmeError} When it does not end with 0 in time; what it said last is in the message.
 */
export async function runHook(
  action: 'present' | 'cleanup',
  record: TxtRecord,
  options: { hook: string; timeoutMs: number; signal: AbortSignal },
): Promise<void> {
  const { hook, timeoutMs, signal } = options;
  const env = Object.fromEntries(
    passed.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])),
  );
  // A group of its own, so that nothing that it starts outlives it.
  const child = spawn(hook, [action, record.name, record.value], {
    ...{ cwd: '/', env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-MOST_OUTPUT);
    });
  }
  let late = false;
  const end = () => endGroup(child);
  const timer = setTimeout(() => {
    late = true;
    end();
  }, timeoutMs);
  signal.addEventListener('abort', end, { once: true });
  try {
    const how = await endOf(child);
    if (how === 0) return;
    const what = late ? `did not end within ${timeoutMs} ms` : `ended with ${how}`;
    throw new AcmeError('hook', `${hook} ${action} ${what}${quote(said)}`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    end();
  }
}

/** Its exit code, or the signal or error that ended it. */
function endOf(child: ChildProcess): Promise<number | string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    // What it has left behind may hold its output open for as long as it likes.
    child.once('exit', (code, signal) => setImmediate(() => resolve(code ?? String(signal))));
  });
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

function quote(said: string): string {
  const text = said
    .replace(/[^\P{C}\n]/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  return text === '' ? '' : `: ${text}`;
}
