import type { IncomingMessage, ServerResponse } from 'node:http';
import { isHttp2 } from './adapt-http2.ts';
import { namedIn } from './clean-request.ts';

const betweenNeighbours = ['connection', 'keep-alive', 'proxy-connection', 'upgrade', 'http2-settings', 'te'];
/** How a body ends is told anew, by these. */
const kept = new Set(['content-length', 'transfer-encoding', '']);

/**
 * Takes out of an answer what the service says to its neighbour, which is this server. Whether the client's connection stays is
 * for the client and this server to say; HTTP/2 knows no such headers at all, nor chunks.
 */
export function cleanAnswer(
  answer: IncomingMessage,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  for (const name of [...namedIn(answer.headers.connection), ...betweenNeighbours])
    if (!kept.has(name)) delete answer.headers[name];
  if (isHttp2(request)) delete answer.headers['transfer-encoding'];
  // From here the proxy takes what it tells the client.
  else request.headers.connection = response.shouldKeepAlive ? 'keep-alive' : 'close';
}
