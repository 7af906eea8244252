import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { EgressGate } from '../engine.ts';
import { readLine } from './protocol.ts';

/** How long the program stays away after an end that nobody asked for. */
const AGAIN_MS = 500;

export interface EgressOptions {
  /** Path of the program. */
  program: string;
  gate: EgressGate;
  /** Told of each process of the program. */
  onStart?(pid: number): void;
  /** Told when the program ended, or cannot read the packet filter's log. */
  onError(error: Error): void;
}

export interface Egress {
  close(): Promise<void>;
}

/**
 * Runs the egress program until it is closed, and again whenever it ends. Without it no connection that only a name can
 * allow is let through. Resolves when it runs, or has failed for the first time.
 */
export async function runEgress(options: EgressOptions): Promise<Egress> {
  const { program, gate, onError } = options;
  const tried = Promise.withResolvers<void>();
  const closing = new AbortController();
  let child: ChildProcess | undefined;
  const rechecks = new Map<number, () => void>();
  let nextRecheck = 1;

  async function serve(own: ChildProcess): Promise<void> {
    const say = (order: object) => own.stdin!.write(`${JSON.stringify(order)}\n`);
    for await (const text of createInterface({ input: own.stdout! })) {
      const said = readLine(text);
      switch (said?.event) {
        case 'ask':
          say({ answer: said.id, allow: gate.allows(said, said.open) });
          break;
        case 'refused':
          gate.refused(said.guest, said);
          break;
        case 'rechecked':
          rechecks.get(said.id)?.();
          break;
        case 'ready':
          if (said.logFailure) onError(new Error(`no log of dropped packets: ${said.logFailure}`));
          await gate.redirect(said.ports);
          tried.resolve();
          break;
      }
    }
  }

  async function runOnce(): Promise<void> {
    const words = ['--no-new-privs', '--', program, '-address', gate.address];
    words.push('-group', String(gate.logGroup), '-user', String(gate.user));
    const own = spawn('setpriv', words, { stdio: ['pipe', 'pipe', 'inherit'], env: {} });
    child = own;
    if (own.pid !== undefined) options.onStart?.(own.pid);
    const ended = new Promise<string>((resolve) => {
      own.on('error', (error) => resolve(error.message));
      own.on('exit', (code, signal) => resolve(signal ?? `status ${code}`));
    });
    own.stdin.on('error', () => {});
    await serve(own).catch((error: Error) => {
      own.kill('SIGKILL');
      onError(error);
    });
    const how = await ended;
    child = undefined;
    // Its connections are gone, and nobody answers any more.
    for (const done of rechecks.values()) done();
    if (!closing.signal.aborted) onError(new Error(`the egress program ended: ${how}`));
  }

  async function runAlways(): Promise<void> {
    while (!closing.signal.aborted) {
      await runOnce();
      tried.resolve();
      await pause(AGAIN_MS, closing.signal);
    }
  }

  gate.onChange(async (guest) => {
    if (!child?.stdin?.writable) return;
    const id = nextRecheck++;
    const { promise, resolve } = Promise.withResolvers<void>();
    rechecks.set(id, resolve);
    child.stdin.write(`${JSON.stringify({ recheck: guest, id })}\n`);
    await promise;
    rechecks.delete(id);
  });
  const running = runAlways();
  await tried.promise;
  return {
    async close() {
      closing.abort();
      // The end of its input is its end.
      child?.stdin?.end();
      await running;
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
    if (signal.aborted) resolve();
  });
}
