import type { IncomingMessage } from 'node:http';

/**
 * Reads a request that is written as to a proxy ("GET http://name/path") as if it were written as to a server: the name in
 * it is the one that counts, not that of the Host header (RFC 9112, 3.2.2). It is judged like any other.
 */
export function adaptTarget(request: IncomingMessage): IncomingMessage {
  const match = /^https?:\/\/([^/?#]*)(.*)$/is.exec(request.url ?? '');
  if (!match) return request;
  const [, name = '', rest = ''] = match;
  request.headers.host = name;
  request.url = rest.startsWith('/') ? rest : `/${rest}`;
  return request;
}
