import type { IncomingMessage } from 'node:http';
import { withoutOurs } from './cookies.ts';
import {
  forwardedHeaders,
  PROXY_TOKEN_HEADER,
  TOKEN_PARAMETER,
  TRAFFIC_TOKEN_HEADER,
  TRAFFIC_TOKEN_PARAMETER,
} from './headers.ts';

/** Between two neighbours only; `connection` and `upgrade` are written anew for the next one. */
const hopByHop = [
  // Answered here already.
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
];
/** Names of headers that are between two neighbours alone, by what they say themselves. */
export function namedIn(connection: string | undefined): string[] {
  return (connection ?? '').split(',').map((name) => name.trim().toLowerCase());
}

const foreign = ['forwarded', 'x-forwarded-port', 'x-forwarded-server', 'x-real-ip', ...forwardedHeaders];

/**
 * Takes out of a request what is not meant for the service inside: tokens, our cookies, headers between neighbours,
 * and what the client claims about where it comes from, unless a trusted proxy says it.
 */
export function cleanRequest(
  request: IncomingMessage,
  { origin, trusted }: { origin: string; trusted: boolean },
): void {
  const { headers } = request;
  request.url = withoutTokens(request.url ?? '/');
  const named = namedIn(headers.connection);
  // Otherwise it is no more than a hint that the client could.
  const upgrading = headers.upgrade !== undefined && named.includes('upgrade');
  if (!upgrading) delete headers.upgrade;
  for (const name of [...named, ...hopByHop]) if (!kept.has(name)) delete headers[name];
  headers.connection = upgrading ? 'upgrade' : 'keep-alive';
  delete headers[PROXY_TOKEN_HEADER];
  delete headers[TRAFFIC_TOKEN_HEADER];
  const cookie = withoutOurs(headers.cookie);
  if (cookie === undefined) delete headers.cookie;
  else headers.cookie = cookie;
  if (headers.referer !== undefined) headers.referer = withoutTokens(headers.referer);
  const { protocol, host } = new URL(origin);
  const remote = request.socket.remoteAddress ?? '';
  const claimed = trusted ? { ...headers } : {};
  for (const name of foreign) delete headers[name];
  headers['x-forwarded-for'] = [claimed['x-forwarded-for'], remote].filter(Boolean).join(', ');
  headers['x-forwarded-host'] = claimed['x-forwarded-host'] ?? host;
  headers['x-forwarded-proto'] = claimed['x-forwarded-proto'] ?? protocol.slice(0, -1);
}

const kept = new Set(['connection', 'upgrade', 'host', 'content-length', 'transfer-encoding', '']);

/** An address without the tokens that brought the client here; the rest of it is left as it was written. */
export function withoutTokens(address: string): string {
  const start = address.indexOf('?');
  if (start < 0) return address;
  const rest = address
    .slice(start + 1)
    .split('&')
    .filter((pair) => !isToken(pair));
  return address.slice(0, start) + (rest.length > 0 ? `?${rest.join('&')}` : '');
}

function isToken(pair: string): boolean {
  const [name] = new URLSearchParams(pair).keys();
  return name === TOKEN_PARAMETER || name === TRAFFIC_TOKEN_PARAMETER;
}
