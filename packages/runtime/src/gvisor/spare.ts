import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type Outcome, type OutcomeOptions, outcomeOf } from '../processes/outcome.ts';

/** Our runsc's own subcommand: it waits for its command line and obeys it as if it had been started with it. */
export const AWAIT = 'await';

/** Room in what `/proc` shows of a spare, which then shows the words that it was given. */
const ROOM = 4096;

/** A runsc that has started already, so that a command does not have to wait until it has. It ends with our process. */
export class Spare {
  /** The file that it was started from. */
  readonly file: string;
  readonly #child: ChildProcess;
  readonly #channel: Socket;
  readonly #gone: Promise<unknown>;
  #taken = false;

  constructor(options: { runsc: string; file: string; onEnd: (spare: Spare) => void }) {
    const { runsc, file, onEnd } = options;
    this.file = file;
    this.#child = spawn(runsc, [AWAIT, ' '.repeat(ROOM)], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      cwd: '/',
    });
    this.#channel = this.#child.stdio[3] as Socket;
    // It says one thing only: that it has its words. What it has said is read before it counts as closed.
    this.#channel.on('data', () => {
      this.#taken = true;
    });
    // One that has ended is told nothing, see `obey`.
    this.#channel.on('error', () => {});
    this.#child.on('error', () => {});
    this.#gone = once(this.#child, 'close').catch(() => {});
    void this.#gone.then(() => onEnd(this));
    this.#child.unref();
    this.#channel.unref();
  }

  /** Gives it its words. Undefined when it ended before it had taken them: then nothing was done. */
  async obey(words: string[], options: OutcomeOptions): Promise<Outcome | undefined> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return undefined;
    this.#child.ref();
    this.#channel.ref();
    this.#channel.write(`${JSON.stringify(words)}\n`);
    const outcome = await outcomeOf(this.#child, options);
    // Its answer may still be on the way.
    if (!this.#taken) await this.#gone;
    return this.#taken || options.signal?.aborted ? outcome : undefined;
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }
}
