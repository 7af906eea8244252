import type { BuildLogEntry } from '@nullspace/contract';
import type { Logger } from 'pino';
import type { Store } from '../../store/store.ts';

/** What is told of an entry; the rest is filled in. */
export type NewEntry = Pick<BuildLogEntry, 'kind' | 'message'> & Partial<BuildLogEntry>;

const FLUSH_MS = 100;
/** A build that says more is built on; what it says is not kept. */
const MOST_ENTRIES = 50_000;
const MOST_CHARS = 16 * 1024 * 1024;

/** Writes the log of one build, a little late and many entries at once. */
export class BuildLog {
  readonly #store: Store;
  readonly #log: Logger;
  readonly #ids: { build_id: string; template_id: string };
  readonly #redact: (text: string) => string;
  readonly #onFlushed: () => void;
  /** How many steps the build has, once that is known. */
  totalSteps: number | undefined;
  #next: number;
  #chars = 0;
  #full = false;
  #pending: BuildLogEntry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(options: {
    store: Store;
    log: Logger;
    buildId: string;
    templateId: string;
    next: number;
    redact: (text: string) => string;
    onFlushed: () => void;
  }) {
    this.#store = options.store;
    this.#log = options.log;
    this.#ids = { build_id: options.buildId, template_id: options.templateId };
    this.#next = options.next;
    this.#redact = options.redact;
    this.#onFlushed = options.onFlushed;
  }

  add(entry: NewEntry): void {
    if (this.#full) return;
    this.#chars += entry.message.length;
    this.#full = this.#next >= MOST_ENTRIES || this.#chars > MOST_CHARS;
    this.#pending.push(
      this.make(
        this.#full
          ? { kind: 'warning', level: 'warn', message: 'The log is full; the build goes on.' }
          : entry,
      ),
    );
    this.#timer ??= setTimeout(() => void this.#write(), FLUSH_MS);
  }

  /** The next entry, for whoever stores it together with something else. */
  make(entry: NewEntry): BuildLogEntry {
    const isStep = entry.step_index !== undefined && this.totalSteps !== undefined;
    const made = {
      level: 'info' as const,
      ...entry,
      ...(isStep ? { total_steps: this.totalSteps } : {}),
      ...this.#ids,
      offset: this.#next++,
      timestamp: new Date().toISOString(),
      message: this.#redact(entry.message),
    };
    return made;
  }

  /** Takes back the last entry that was made, which nobody has stored. */
  takeBack({ offset }: BuildLogEntry): void {
    if (offset === this.#next - 1) this.#next = offset;
  }

  /** Resolves when all entries so far are stored, or cannot be. */
  async flush(): Promise<void> {
    await this.#write();
  }

  #write(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const lines = this.#pending.splice(0);
    this.#writing = this.#writing.then(async () => {
      if (lines.length === 0) return;
      try {
        await this.#store.appendBuildLog(this.#ids.build_id, lines);
      } catch (error) {
        this.#log.warn({ err: error, build_id: this.#ids.build_id }, 'entries of a build log were lost');
      }
      this.#onFlushed();
    });
    return this.#writing;
  }
}
