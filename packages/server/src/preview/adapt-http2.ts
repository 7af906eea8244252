import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import {
  constants,
  type Http2ServerRequest,
  type Http2ServerResponse,
  type ServerHttp2Session,
} from 'node:http2';

/**
 * Gives a request that came by HTTP/2 the headers that the same one has by HTTP/1.1, so that it is judged and passed on alike.
 * One of HTTP/1.1 is left as it is.
 */
export function adaptHttp2(request: IncomingMessage | Http2ServerRequest): IncomingMessage {
  if (!isHttp2(request)) return request;
  const { headers, stream } = request;
  // The name that the client asks for; a Host header beside it would be another one.
  headers.host = request.authority;
  delete headers[':authority'];
  delete headers[':scheme'];
  // In HTTP/1.1 a body has a length or comes in chunks. Without either its end would be a guess of the service.
  if (!stream.endAfterHeaders && headers['content-length'] === undefined) {
    headers['transfer-encoding'] = 'chunked';
  }
  return request as unknown as IncomingMessage;
}

/** Gives up the request to a service when the client has given up its own. A stream that was cancelled counts as finished. */
export function endWithStream(asking: ClientRequest, { stream }: Http2ServerRequest): void {
  if (stream.closed) asking.destroy();
  else stream.once('aborted', () => asking.destroy());
}

/** Ends an answer in the middle, so that the client cannot take it for whole. */
export function breakOff(response: ServerResponse | Http2ServerResponse): void {
  if ('stream' in response) response.stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  else response.destroy();
}

export function isHttp2(request: { httpVersionMajor: number }): request is Http2ServerRequest {
  return request.httpVersionMajor === 2;
}

/** Ends a session on which nothing has been asked or answered for some time. */
export function endIdle(session: ServerHttp2Session, idleMs: number): void {
  let streams = 0;
  session.on('stream', (stream) => {
    streams += 1;
    stream.once('close', () => {
      streams -= 1;
    });
  });
  // A stream that is open may wait for events for as long as it likes.
  session.setTimeout(idleMs, () => {
    if (streams === 0) session.close();
  });
}
