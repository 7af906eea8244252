import { once } from 'node:events';
import type { FastifyReply } from 'fastify';
import { Streamed } from '../app/call.ts';

/** Clients take a longer silence for a dead connection. */
const KEEP_ALIVE_MS = 5000;
/** A client that takes nothing for this long is cut off. */
const STALL_MS = 60_000;

/**
 * Answers with server-sent events, each made when the client has taken those before. `signal` aborts when the client
 * has gone.
 */
export function sendEvents(
  reply: FastifyReply,
  events: (signal: AbortSignal) => AsyncIterable<unknown>,
): Streamed {
  reply.hijack();
  const { raw } = reply;
  const gone = new AbortController();
  raw.on('close', () => gone.abort());
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
  });
  raw.flushHeaders();
  void send(reply, events(gone.signal), gone.signal);
  return new Streamed(reply);
}

async function send(reply: FastifyReply, events: AsyncIterable<unknown>, gone: AbortSignal): Promise<void> {
  const { raw } = reply;
  const keepAlive = setInterval(() => raw.write(': ping\n\n'), KEEP_ALIVE_MS);
  try {
    for await (const event of events) {
      if (gone.aborted) break;
      if (!raw.write(`data: ${toLine(event)}\n\n`)) await drained(reply, gone);
      keepAlive.refresh();
    }
  } catch (error) {
    if (!gone.aborted) reply.log.error({ err: error }, 'a stream of events broke off');
  } finally {
    clearInterval(keepAlive);
    raw.end();
  }
}

async function drained({ raw }: FastifyReply, gone: AbortSignal): Promise<void> {
  const stalled = setTimeout(() => raw.destroy(), STALL_MS);
  await once(raw, 'drain', { signal: gone }).catch(() => undefined);
  clearTimeout(stalled);
}

// Clients cut lines at these three too, which JSON leaves as they are.
function toLine(event: unknown): string {
  return JSON.stringify(event).replace(/[\u0085\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
