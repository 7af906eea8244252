import type { LifecycleEvent as WireEvent } from '@nullspace/contract';
import type { Client } from '../client/client.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import { TimeoutError } from '../errors/timeout.ts';
import { type Connection, openConnection } from '../websocket/connection.ts';

/** Events that wait for a slow reader; beyond them the connection is given up and later taken up again. */
const longestQueue = 1000;

/** The events of one connection. It ends when the connection is lost; what had arrived before is still read. */
export class EventFeed {
  #queue: WireEvent[] = [];
  #over = false;
  #failure: unknown;
  #wake: () => void = () => {};
  #connection: Connection | undefined;

  /**
   * Subscribes. @throws SandboxError `transport_error` when the server is not reached, `websocket_error` with the
   * server's words when it refuses; the reason of the signal when aborted.
   */
  static async open(
    client: Client,
    path: string,
    subscription: Record<string, unknown>,
    signal?: AbortSignal,
  ): Promise<EventFeed> {
    const feed = new EventFeed();
    let subscribed: () => void = () => {};
    const answered = new Promise<void>((resolve) => {
      subscribed = resolve;
    });
    let agreed = false;
    const onMessage = (frame: Record<string, unknown>): void => {
      if (frame.type === 'subscribed') {
        agreed = true;
        subscribed();
      } else if (frame.type === 'event') feed.#add(frame.event as WireEvent);
      else if (frame.type === 'error') feed.#end(frameError(frame));
      if (feed.#over) subscribed();
    };
    const onClose = (reason: string): void => {
      feed.#end(agreed ? undefined : unanswered(reason));
      subscribed();
    };
    feed.#connection = await openConnection(client, path, { onMessage, onClose }, signal);
    const { requestTimeoutMs } = client;
    const timer = setTimeout(() => {
      feed.#end(new TimeoutError(`The event stream said nothing for ${requestTimeoutMs} ms.`));
      subscribed();
    }, requestTimeoutMs);
    feed.#connection.send({ type: 'subscribe', ...subscription });
    await answered;
    clearTimeout(timer);
    if (!agreed) throw feed.#failure;
    return feed;
  }

  /** Whether the connection is lost or was given up. */
  get isOver(): boolean {
    return this.#over;
  }

  /** The next event; undefined when the connection is lost or nothing came within the given time. */
  async next(patienceMs: number, signal?: AbortSignal): Promise<WireEvent | undefined> {
    if (this.#queue.length === 0 && !this.#over) await this.#arrival(patienceMs, signal);
    signal?.throwIfAborted();
    const event = this.#queue.shift();
    if (!event && this.#failure) throw this.#failure;
    return event;
  }

  close(): void {
    this.#end();
  }

  #add(event: WireEvent): void {
    if (this.#over) return;
    this.#queue.push(event);
    if (this.#queue.length >= longestQueue) this.#end();
    this.#wake();
  }

  #end(failure?: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    this.#connection?.close();
    this.#wake();
  }

  #arrival(patienceMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, patienceMs);
      this.#wake = finish;
      signal?.addEventListener('abort', finish);
      if (signal?.aborted) finish();
    });
  }
}

function unanswered(reason: string): SandboxError {
  return new SandboxError(`The event stream was closed before it began: ${reason}`, {
    code: 'transport_error',
  });
}

function frameError(frame: Record<string, unknown>): SandboxError {
  const message = typeof frame.message === 'string' ? frame.message : 'The event stream failed.';
  return new SandboxError(message, {
    code: 'websocket_error',
    details: typeof frame.code === 'string' ? { code: frame.code } : undefined,
  });
}
