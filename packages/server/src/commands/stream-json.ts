import { once } from 'node:events';
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { Streamed } from '../app/call.ts';

/** A client that takes nothing for this long is cut off. */
const STALL_MS = 60_000;

/** Answers with JSON text in pieces, each made when the client has taken those before. */
export function streamJson(reply: FastifyReply, pieces: Iterable<string> | AsyncIterable<string>): Streamed {
  const stream = Readable.from(pieces, { objectMode: false });
  const stalled = setTimeout(() => reply.raw.destroy(), STALL_MS);
  stream.on('data', () => stalled.refresh());
  void once(reply.raw, 'close').then(() => {
    clearTimeout(stalled);
    stream.destroy();
  });
  return new Streamed(reply.code(200).header('content-type', 'application/json; charset=utf-8').send(stream));
}
