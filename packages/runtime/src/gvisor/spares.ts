import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { type Outcome, type OutcomeOptions, outcomeOf } from '../processes/outcome.ts';
import { fileIdentity } from './file-identity.ts';
import { Spare } from './spare.ts';

/** How long no command has run before a spare is started: what follows a start needs the processors first. */
const QUIET_MS = 60;

export interface SparesOptions {
  runsc: string;
  /** How many wait at the same moment. */
  count: number;
  /** Whether this runsc can wait for its command line. */
  canAwait: () => Promise<boolean>;
}

/** Runs commands of runsc, by processes that were started ahead where there are some. */
export class Spares {
  readonly #options: SparesOptions;
  readonly #waiting = new Set<Spare>();
  #isOpen = false;
  #underway = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SparesOptions) {
    this.#options = options;
  }

  /** From here on processes are started ahead, until `close`. */
  open(): void {
    this.#isOpen = true;
    this.#fillSoon();
  }

  /** Runs a command line of runsc. Its standard streams are /dev/null. */
  async run(words: string[], options: OutcomeOptions): Promise<Outcome> {
    this.#underway += 1;
    clearTimeout(this.#timer);
    try {
      const outcome = await this.#take()?.obey(words, options);
      if (outcome) return outcome;
      const child = spawn(this.#options.runsc, words, { stdio: 'ignore', cwd: '/' });
      return await outcomeOf(child, options);
    } finally {
      this.#underway -= 1;
      this.#fillSoon();
    }
  }

  /** Ends those that wait. Commands under way go on. */
  async close(): Promise<void> {
    this.#isOpen = false;
    clearTimeout(this.#timer);
    await Promise.all([...this.#waiting].map((spare) => spare.end()));
  }

  #take(): Spare | undefined {
    const file = this.#identify();
    for (const spare of this.#waiting) {
      this.#waiting.delete(spare);
      if (spare.file === file) return spare;
      // Another runsc may stand at the path by now.
      void spare.end();
    }
    return undefined;
  }

  #fillSoon(): void {
    clearTimeout(this.#timer);
    if (!this.#isOpen || this.#underway > 0 || this.#waiting.size >= this.#options.count) return;
    // A spare less is no failure: the next command tries again.
    this.#timer = setTimeout(() => void this.#fill().catch(() => {}), QUIET_MS).unref();
  }

  async #fill(): Promise<void> {
    const can = await this.#options.canAwait();
    const file = this.#identify();
    if (!can || !file || !this.#isOpen || this.#underway > 0) return;
    const onEnd = (spare: Spare) => this.#waiting.delete(spare);
    this.#waiting.add(new Spare({ runsc: this.#options.runsc, file, onEnd }));
    this.#fillSoon();
  }

  #identify(): string | undefined {
    const stats = statSync(this.#options.runsc, { bigint: true, throwIfNoEntry: false });
    return stats && fileIdentity(stats);
  }
}
