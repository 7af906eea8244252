import type { Pty } from './program.ts';
import type { RelayConnection } from './relay-connection.ts';
import { signalsByName } from './signals.ts';

/** Sizes and signals for the program of a session, in their order. */
export class Controls {
  readonly #connection: RelayConnection;
  #pid: number | undefined;
  #last: Promise<unknown> = Promise.resolve();
  /** The newest size that was not passed on yet. */
  #size: Pty | undefined;

  constructor(connection: RelayConnection) {
    this.#connection = connection;
  }

  /** Called when the program runs. */
  begin(pid: number): void {
    this.#pid = pid;
  }

  resize(size: Pty): void {
    if (this.#pid === undefined) return;
    const waiting = this.#size !== undefined;
    this.#size = size;
    if (waiting) return;
    this.#after((pid) => {
      const terminal = this.#size!;
      this.#size = undefined;
      return this.#call(pid, (unary, signal) => unary.resizeTerminal({ pid, terminal }, { signal }));
    });
  }

  signal(name: string): void {
    const number = signalsByName.get(name);
    if (number === undefined || this.#pid === undefined) return;
    const request = { signal: number, groupOnly: true };
    this.#after((pid) => this.#call(pid, (unary, signal) => unary.signal({ pid, ...request }, { signal })));
  }

  #after(act: (pid: number) => Promise<unknown>): void {
    const pid = this.#pid!;
    // A program that has ended needs neither.
    this.#last = this.#last.then(() => act(pid)).catch(() => undefined);
  }

  async #call(pid: number, run: (unary: UnaryCalls, signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const { context, gone } = this.#connection;
    const live = await this.#connection.findLive();
    const call = { failure: 'exec_failed' as const, pid, signal: gone };
    await context.guests.call(live, call, ({ unary }, signal) => run(unary, signal));
  }
}

type UnaryCalls = Awaited<ReturnType<RelayConnection['findLive']>>['guest']['unary'];
