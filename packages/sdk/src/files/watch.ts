import { type Frame, frameError, openSession } from '../channels/open-session.ts';
import { isPassing, reconnectPausesMs } from '../channels/passing.ts';
import { sleep } from '../client/sleep.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import type { Connection } from '../websocket/connection.ts';
import type { FileEvent } from './types.ts';

export interface WatchOptions {
  /** Also what happens in directories below. @default false */
  recursive?: boolean;
  /** Account whose rights count and whose home relative paths start at. @default root */
  user?: string;
  /** Seconds after which the watch ends by itself. @default never */
  timeoutSecs?: number;
  /** Ends the watch with the signal's reason. */
  signal?: AbortSignal;
}

/** Events that wait for a slow reader; beyond them the rest is told as one `overflow`. */
const longestQueue = 10_000;

/**
 * A watch on a directory. Iterate it for events; leaving the loop, `close` and `await using` end it. A lost connection
 * is made again, and an `overflow` event then says that something may have been missed.
 */
export class FileWatch implements AsyncIterable<FileEvent>, AsyncDisposable {
  #scope: SandboxScope;
  #path: string;
  #options: WatchOptions;
  #connection: Connection | undefined;
  #queue: FileEvent[] = [];
  #wake: () => void = () => {};
  #begun = false;
  #over = false;
  #failure: unknown;
  #timer: ReturnType<typeof setTimeout> | undefined;

  private constructor(scope: SandboxScope, path: string, options: WatchOptions) {
    this.#scope = scope;
    this.#path = path;
    this.#options = options;
  }

  /** @internal */
  static async open(scope: SandboxScope, path: string, options: WatchOptions): Promise<FileWatch> {
    const watch = new FileWatch(scope, path, options);
    await watch.#connect(options.signal);
    const { timeoutSecs, signal } = options;
    if (timeoutSecs !== undefined) watch.#timer = setTimeout(() => watch.#end(), timeoutSecs * 1000);
    signal?.addEventListener('abort', watch.#onAbort);
    if (signal?.aborted) watch.#onAbort();
    return watch;
  }

  /** Ends the watch; an iteration ends after the events that have arrived. */
  close(): void {
    this.#end();
  }

  /** @throws the error that ended the watch, such as NotFoundError when the directory is gone. */
  async *[Symbol.asyncIterator](): AsyncGenerator<FileEvent, void, void> {
    try {
      for (;;) {
        const event = this.#queue.shift();
        if (event) yield event;
        else if (this.#failure) throw this.#failure;
        else if (this.#over) return;
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      this.#end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
  }

  async #connect(signal?: AbortSignal): Promise<void> {
    const { recursive = false, user, timeoutSecs } = this.#options;
    const first = {
      type: 'file_watch',
      id: 'watch',
      path: this.#path,
      user: user ?? null,
      recursive,
      timeout_secs: timeoutSecs ?? null,
    };
    const connection = await openSession(
      this.#scope,
      { channel: 'watch', first, started: 'file_watch_started' },
      {
        onBegin: () => {
          if (this.#begun) this.#add(overflow(this.#path));
          this.#begun = true;
        },
        onFrame: (frame) => this.#receive(frame),
        onClose: ({ code }) => {
          if (code === 1000) this.#end();
          else void this.#recover();
        },
      },
      signal,
    );
    if (this.#over) connection.close();
    else this.#connection = connection;
  }

  #receive(frame: Frame): void {
    if (frame.type === 'error') this.#end(frameError(frame));
    if (frame.type !== 'file_event') return;
    this.#add({
      type: frame.event as FileEvent['type'],
      name: String(frame.name),
      path: String(frame.path),
      oldPath: typeof frame.old_path === 'string' ? frame.old_path : undefined,
    });
  }

  #add(event: FileEvent): void {
    if (this.#over) return;
    if (this.#queue.length < longestQueue) this.#queue.push(event);
    else if (this.#queue.at(-1)?.type !== 'overflow') this.#queue.push(overflow(this.#path));
    this.#wake();
  }

  async #recover(): Promise<void> {
    this.#connection = undefined;
    let last: unknown = new SandboxError('The connection of the watch was lost.', {
      code: 'transport_error',
    });
    for (const pause of reconnectPausesMs) {
      await sleep(pause);
      if (this.#over) return;
      try {
        return await this.#connect();
      } catch (error) {
        last = error;
        if (!isPassing(error)) break;
      }
    }
    this.#end(last);
  }

  #onAbort = (): void => this.#end(this.#options.signal?.reason);

  #end(failure?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#connection?.close();
    this.#wake();
  }
}

function overflow(path: string): FileEvent {
  return { type: 'overflow', name: '', path, oldPath: undefined };
}
