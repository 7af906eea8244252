import { type Frame, frameError, openSession } from '../channels/open-session.ts';
import { isPassing, passingCodes, reconnectPausesMs } from '../channels/passing.ts';
import { ReadWindow } from '../channels/window.ts';
import { sleep } from '../client/sleep.ts';
import { waitBounded } from '../client/wait-bounded.ts';
import { fromBase64, toBase64 } from '../encoding/base64.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import { InvalidRequestError } from '../errors/state.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import type { Connection } from '../websocket/connection.ts';
import { OutputQueue } from './output-queue.ts';
import type { ConnectPtyOptions, PtyResult, PtySize, WaitPtyOptions } from './types.ts';

/** Output that may be on its way while the reader is busy. */
const windowBytes = 1024 * 1024;
/** How long a kill may take before it is asked for by another way. */
const killPatienceMs = 1000;

/**
 * A terminal in a sandbox. Its output is iterated, piped (`readable`, `writable`) or given to `onData`. A lost
 * connection is made again and goes on at the byte that was read last. `disconnect` and `await using` leave the
 * session running; `kill` ends it.
 */
export class PtySession implements AsyncIterable<Uint8Array>, AsyncDisposable {
  /** Id for `pty.connect`, from this or another program. */
  readonly id: string;
  readonly pid: number;
  #scope: SandboxScope;
  #size: PtySize;
  #onData: ((data: Uint8Array) => void) | undefined;
  #connection: Connection | undefined;
  #window: ReadWindow | undefined;
  #killing: ReturnType<typeof setTimeout> | undefined;
  #offset: number | undefined;
  #queue: OutputQueue;
  #waiting: (() => void)[] = [];
  /** Bytes of output that came before there was a window. */
  #early = 0;
  #over = false;
  #reading = false;
  #recovering = false;
  #result: Promise<PtyResult>;
  #resolve!: (result: PtyResult) => void;
  #reject!: (error: unknown) => void;

  private constructor(scope: SandboxScope, begun: Frame, options: ConnectPtyOptions) {
    this.#scope = scope;
    this.id = String(begun.session_id);
    this.pid = Number(begun.pid ?? 0);
    this.#size = { cols: Number(begun.cols ?? 120), rows: Number(begun.rows ?? 30) };
    this.#onData = options.onData;
    this.#queue = new OutputQueue(() => this.#window?.flush());
    this.#result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever waits sees the failure; without anyone waiting it must not end the program.
    this.#result.catch(() => {});
  }

  /** @internal */
  static async open(scope: SandboxScope, first: Frame, options: ConnectPtyOptions): Promise<PtySession> {
    let session: PtySession | undefined;
    const connection = await openSession(
      scope,
      { channel: 'pty', first: { ...first, window_bytes: windowBytes }, started: 'pty_started' },
      {
        onBegin: (begun) => {
          session = new PtySession(scope, begun, options);
        },
        onFrame: (frame) => session!.#receive(frame),
        onClose: () => void session!.#recover(),
      },
      options.signal,
    );
    session!.#connect(connection);
    return session!;
  }

  get cols(): number {
    return this.#size.cols;
  }

  get rows(): number {
    return this.#size.rows;
  }

  /** Types text, or bytes as they are. */
  async write(data: string | Uint8Array): Promise<void> {
    const content = typeof data === 'string' ? { data } : { data_base64: toBase64(data) };
    await this.#send({ type: 'pty_input', ...content });
  }

  async resize(cols: number, rows: number): Promise<void> {
    // A frame with another size would end the connection.
    checkSize({ cols, rows });
    // Not behind what a program does not read.
    if (this.#connection?.isHeldUp) await this.#call('POST', '/resize', { cols, rows });
    else await this.#send({ type: 'pty_resize', cols, rows });
    this.#size = { cols, rows };
  }

  /** Ends the session and all that runs in it. */
  async kill(): Promise<void> {
    await this.#send({ type: 'pty_kill' });
    // What was typed before may be in its way for long.
    this.#killing ??= setTimeout(() => void this.#call('DELETE').catch(() => {}), killPatienceMs);
  }

  /** Lets go of the session, which runs on. */
  disconnect(): void {
    this.#end(() =>
      this.#reject(new SandboxError('The session was disconnected.', { code: 'disconnected' })),
    );
  }

  /**
   * Waits for the end. Output that nobody iterates is dropped.
   * @throws TimeoutError after `timeoutSecs`; NotFoundError when the sandbox ended meanwhile.
   */
  wait(options: WaitPtyOptions = {}): Promise<PtyResult> {
    if (!this.#reading && !this.#onData) void this.#drain();
    return waitBounded(this.#result, `The terminal ${this.id}`, options);
  }

  /** Output from where the last iteration stopped, until the session ends. @throws what ended the connection */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    this.#reading = true;
    for (;;) {
      const chunk = await this.#queue.next();
      if (!chunk) break;
      yield chunk;
    }
    await this.#result;
  }

  /** The output as a web stream. */
  get readable(): ReadableStream<Uint8Array> {
    const chunks = this[Symbol.asyncIterator]();
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const next = await chunks.next();
          if (next.done) controller.close();
          else controller.enqueue(next.value);
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** The keyboard as a web stream; closing it does not end the session. */
  get writable(): WritableStream<string | Uint8Array> {
    return new WritableStream({ write: (data) => this.write(data) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disconnect();
  }

  async #drain(): Promise<void> {
    this.#reading = true;
    while (await this.#queue.next());
  }

  #receive(frame: Frame): void {
    if (this.#over) return;
    if (frame.type === 'pty_output') this.#output(frame);
    else if (frame.type === 'pty_exited') {
      const exitCode = Number(frame.exit_code ?? 0);
      this.#end(() => this.#resolve({ exitCode }));
    } else if (frame.type === 'error') {
      if (passingCodes.has(String(frame.code))) void this.#recover();
      else this.#end(() => this.#reject(frameError(frame)));
    }
  }

  #output(frame: Frame): void {
    const data = fromBase64(String(frame.data_base64 ?? ''));
    if (typeof frame.offset === 'number') this.#offset = frame.offset + data.length;
    if (this.#onData) {
      try {
        this.#onData(data);
      } catch (error) {
        this.#end(() => this.#reject(error));
        return;
      }
    } else {
      this.#queue.add(data);
    }
    this.#early += data.length;
    this.#countEarly();
  }

  /** Output may come with the first frame, before there is a connection to tell of it. */
  #countEarly(): void {
    if (!this.#window) return;
    this.#window.count(this.#early, this.#queue.isFull);
    this.#early = 0;
  }

  async #send(frame: Frame): Promise<void> {
    while (!this.#connection) {
      if (this.#over) throw new SandboxError(`The terminal ${this.id} is over.`, { code: 'conflict' });
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#connection.send({ id: 'pty', session_id: this.id, ...frame });
  }

  async #recover(): Promise<void> {
    this.#drop();
    if (this.#recovering || this.#over) return;
    this.#recovering = true;
    try {
      await this.#attachAgain();
    } catch (error) {
      this.#end(() => this.#reject(error));
    } finally {
      this.#recovering = false;
      this.#tellWaiting();
    }
  }

  async #attachAgain(): Promise<void> {
    let last: unknown;
    for (const pause of reconnectPausesMs) {
      await sleep(pause);
      if (this.#over) return;
      try {
        return await this.#attach();
      } catch (error) {
        last = error;
        if (!isPassing(error)) throw error;
      }
    }
    throw last;
  }

  async #attach(): Promise<void> {
    const at = this.#offset === undefined ? {} : { offset: this.#offset };
    const framing = { id: 'pty', session_id: this.id, window_bytes: windowBytes };
    const first = { type: 'pty_connect', ...framing, ...at };
    let lost = false;
    let attached: Connection | undefined;
    const connection = await openSession(
      this.#scope,
      { channel: 'pty', first, started: 'pty_started' },
      {
        onFrame: (frame) => this.#receive(frame),
        onClose: () => {
          lost = true;
          if (attached && this.#connection === attached) void this.#recover();
        },
      },
    );
    if (lost) throw new SandboxError('The terminal was lost again.', { code: 'transport_error' });
    attached = connection;
    this.#connect(connection);
  }

  #connect(connection: Connection): void {
    // Frames that came with the first one may have ended the session.
    if (this.#over) {
      connection.close();
      return;
    }
    this.#connection = connection;
    this.#window = new ReadWindow(windowBytes, (bytes) =>
      connection.send({ type: 'pty_read', id: 'pty', session_id: this.id, bytes }),
    );
    this.#countEarly();
  }

  #drop(): void {
    this.#connection?.close();
    this.#connection = undefined;
    this.#window = undefined;
    this.#early = 0;
  }

  async #call(method: 'POST' | 'DELETE', action = '', json?: object): Promise<void> {
    await this.#scope.client.send(method, `${this.#scope.path}/pty/${this.id}${action}`, { json });
  }

  #end(settle: () => void): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#killing);
    this.#drop();
    settle();
    this.#queue.end();
    this.#tellWaiting();
  }

  #tellWaiting(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

const longestSide = 1000;

/** @throws InvalidRequestError for what is no size of a terminal */
function checkSize(size: { cols: number; rows: number }): void {
  for (const [name, side] of Object.entries(size)) {
    if (Number.isInteger(side) && side >= 1 && side <= longestSide) continue;
    throw new InvalidRequestError(`${name} must be a whole number from 1 to ${longestSide}; it is ${side}.`);
  }
}
