import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Streamed } from './call.ts';

/** Silence after which clients are told that the stream lives; they take 30 seconds of it for a broken one. */
const PING_MS = 10_000;
/** A client that takes nothing for this long is cut off. */
const STALL_MS = 300_000;

/**
 * An answer of server-sent events. It begins with the first event, so that what fails before is answered with an
 * error status.
 */
export class EventStream {
  readonly #stream = new PassThrough({ highWaterMark: 256 * 1024 });
  readonly #opened = Promise.withResolvers<void>();
  readonly #gone = new AbortController();
  readonly #ping: NodeJS.Timeout;

  constructor(reply: FastifyReply) {
    this.#ping = setInterval(() => this.#stream.write(': ping\n\n'), PING_MS);
    reply.raw.once('close', () => {
      clearInterval(this.#ping);
      this.#gone.abort();
      this.#stream.destroy();
    });
  }

  /** Aborts when the client goes. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** Resolves when the client has room for more or has gone, or `signal` aborts. */
  async send(event: unknown, signal?: AbortSignal): Promise<void> {
    this.#opened.resolve();
    if (this.#gone.signal.aborted) return;
    this.#ping.refresh();
    if (this.#stream.write(`data: ${toLine(event)}\n\n`)) return;
    const late = AbortSignal.timeout(STALL_MS);
    const until = AbortSignal.any([late, this.#gone.signal, ...(signal ? [signal] : [])]);
    await once(this.#stream, 'drain', { signal: until }).catch(() => undefined);
    if (late.aborted) this.#stream.destroy();
  }

  /** Puts the answer on its way once `producing` has sent something; the stream ends with it. */
  async answer(
    reply: FastifyReply,
    producing: Promise<void>,
    describeFailure: (error: unknown) => unknown,
  ): Promise<Streamed> {
    await Promise.race([this.#opened.promise, producing]);
    producing
      .catch((error: unknown) => this.send(describeFailure(error)))
      .finally(() => {
        clearInterval(this.#ping);
        this.#stream.end();
      });
    reply.header('content-type', 'text/event-stream').header('cache-control', 'no-store');
    return new Streamed(reply.code(200).send(this.#stream));
  }
}

/** JSON in one line for every reader: some take these characters for the end of a line. */
function toLine(event: unknown): string {
  return JSON.stringify(event).replace(
    /[\u0085\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
