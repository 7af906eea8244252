import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorCodes } from '@nullspace/contract';
import type { ApiError } from '../api-error.ts';
import { describeError } from '../app/answer-error.ts';
import { breakOff } from './adapt-http2.ts';

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character]!);

/** Answers a refused preview: a page for a browser, the coded JSON for a program. */
export function answerProblem(
  request: IncomingMessage,
  response: ServerResponse,
  error: ApiError,
  requestId: string,
): void {
  if (response.headersSent) {
    breakOff(response);
    return;
  }
  const { status, type, body } = describe(request, error, requestId);
  // A service that broke off after its headers has left them here.
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  if (request.httpVersionMajor === 1) response.statusMessage = '';
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    // What the client still sends is not read. HTTP/2 ends the one stream.
    ...(request.httpVersionMajor === 1 ? { connection: 'close' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** The same for a WebSocket that is not opened. */
export function refuseUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  error: ApiError,
  requestId: string,
): void {
  if (socket.destroyed) return;
  const { status, type, body } = describe(request, error, requestId);
  const head = [
    `HTTP/1.1 ${status} Refused`,
    `content-type: ${type}`,
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function describe(
  request: IncomingMessage,
  error: ApiError,
  requestId: string,
): { status: number; type: string; body: string } {
  const { status, suggested_action: next } = errorCodes[error.code];
  if (!request.headers.accept?.includes('text/html')) {
    const body = JSON.stringify(describeError(error, requestId));
    return { status, type: 'application/json; charset=utf-8', body };
  }
  const body = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escapeHtml(error.message)}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;margin:15vh auto;max-width:36rem;padding:0 1rem;color:#222}
p.next{color:#555}small{color:#888}@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}p.next{color:#aaa}}</style>
</head><body><h1>${status}</h1><p>${escapeHtml(error.message)}.</p><p class="next">${escapeHtml(next)}</p>
<small>${escapeHtml(error.code)} · ${escapeHtml(requestId)}</small></body></html>
`;
  return { status, type: 'text/html; charset=utf-8', body };
}
