import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { RuntimeFailure } from '../../errors.ts';
import type { Change } from './element.ts';

/** How long the program may think about one change. Those of the longest policies take a fifth of a second. */
const PATIENCE_MS = 5000;

/** How long it stays away after an end that nobody asked for, and at most when it ends each time before it has done anything. */
const AGAIN_MS = 500;
const AGAIN_MOST_MS = 60_000;

interface Answer {
  id: number;
  error?: string;
}

interface Asked {
  done: PromiseWithResolvers<void>;
  patience: NodeJS.Timeout;
}

/**
 * The program that changes sets of the packet filter, from `start` until it is closed, and again whenever it ends. It saves a
 * process for each change, whose end the kernel keeps waiting until what was deleted is gone.
 */
export function createFilterProgram(options: {
  program: string;
  /** @default 5000 */
  patienceMs?: number | undefined;
  onError(error: Error): void;
}) {
  const { program, patienceMs = PATIENCE_MS, onError } = options;
  const asked = new Map<number, Asked>();
  let child: ChildProcess | undefined;
  let again: NodeJS.Timeout | undefined;
  let againMs = AGAIN_MS;
  let closed: Promise<void> | undefined;
  let next = 1;

  /** Refuses what is under way. The process is gone, so that none of it can come into force later. */
  function giveUp(why: string): void {
    for (const [id, { done, patience }] of asked) {
      clearTimeout(patience);
      asked.delete(id);
      done.reject(new RuntimeFailure(`the filter program ${why}`));
    }
  }

  function hear(text: string): void {
    const { id, error } = JSON.parse(text) as Answer;
    const one = asked.get(id);
    if (!one) return;
    clearTimeout(one.patience);
    asked.delete(id);
    againMs = AGAIN_MS;
    if (error === undefined) one.done.resolve();
    else one.done.reject(new RuntimeFailure(`the packet filter refused a change: ${error}`));
  }

  function start(): void {
    // It changes the packet filter and can do nothing else of what root can.
    const words = ['--no-new-privs', '--inh-caps=-all', '--bounding-set=-all,+net_admin', '--', program];
    const own = spawn('setpriv', words, { stdio: ['pipe', 'pipe', 'inherit'], env: {} });
    child = own;
    own.stdin.on('error', () => {});
    createInterface({ input: own.stdout }).on('line', (text) => {
      try {
        hear(text);
      } catch {
        own.kill('SIGKILL');
      }
    });
    let ended = false;
    const end = (how: string) => {
      if (ended) return;
      ended = true;
      child = undefined;
      giveUp(`ended: ${how}`);
      if (closed) return;
      onError(new RuntimeFailure(`the filter program ended: ${how}`));
      again = setTimeout(start, againMs);
      again.unref();
      againMs = Math.min(againMs * 2, AGAIN_MOST_MS);
    };
    own.on('error', (error) => end(error.message));
    // What it has said before its end is heard before that.
    own.on('close', (code, signal) => end(signal ?? `status ${code}`));
  }

  return {
    start,
    /**
     * Resolves when the change is in force. Undefined: the program does not run.
     *
     * @throws {RuntimeFailure} When it is not known to be in force; then nothing of it is under way any more.
     */
    apply(table: string, change: Change): Promise<void> | undefined {
      const own = child;
      if (!own?.stdin?.writable) return undefined;
      const id = next++;
      const done = Promise.withResolvers<void>();
      const patience = setTimeout(() => own.kill('SIGKILL'), patienceMs);
      asked.set(id, { done, patience });
      own.stdin.write(`${JSON.stringify({ id, table, ...change })}\n`);
      return done.promise;
    },
    async close(): Promise<void> {
      clearTimeout(again);
      const own = child;
      closed ??= new Promise((resolve) => {
        if (!own) return resolve();
        own.on('close', () => resolve());
        // The end of its input is its end.
        own.stdin!.end();
      });
      await closed;
    },
  };
}
