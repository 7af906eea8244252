import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { type WebSocket, WebSocketServer } from 'ws';

export interface Received {
  method: string;
  /** Path with query. */
  path: string;
  headers: IncomingMessage['headers'];
  /** Parsed JSON, or the text; undefined without a body. */
  body: unknown;
  /** The body as it came. */
  raw: Buffer;
}

export type Respond = (received: Received, response: ServerResponse) => void;

/** A server on loopback that answers from a queue or by a function and remembers what it was asked. */
export interface ApiServer {
  url: string;
  received: Received[];
  connection: { apiKey: string; baseUrl: string };
  /** Sockets of the exec channel get here. */
  onSocket: (socket: WebSocket, request: IncomingMessage) => void;
  server: Server;
}

export async function startApiServer(context: TestContext, respond: Respond): Promise<ApiServer> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const entry = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: parse(Buffer.concat(chunks).toString()),
        raw: Buffer.concat(chunks),
      };
      received.push(entry);
      respond(entry, response);
    } catch {
      response.destroy();
    }
  });
  const sockets = new WebSocketServer({ server });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api: ApiServer = {
    url,
    received,
    connection: { apiKey: 'ns_test_key', baseUrl: url },
    onSocket: (socket) => socket.close(),
    server,
  };
  sockets.on('connection', (socket, request) => api.onSocket(socket, request));
  context.after(() => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return api;
}

/** Answers with JSON; without a body with status and nothing else. */
export function json(response: ServerResponse, status: number, body?: unknown, headers = {}): void {
  response.writeHead(
    status,
    body === undefined ? headers : { 'content-type': 'application/json', ...headers },
  );
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** Answers one request after another from a list; the last answer repeats. */
export function inTurn(...answers: Respond[]): Respond {
  let next = 0;
  return (received, response) => answers[Math.min(next++, answers.length - 1)]!(received, response);
}

/** Answers with JSON each time. */
export function always(status: number, body?: unknown, headers = {}): Respond {
  return (_, response) => json(response, status, body, headers);
}

/** An error body as the server sends it. */
export function failure(code: string, message = `it is ${code}`, extra: object = {}): object {
  return {
    error: { message, code, request_id: 'req_1', retryable: false, ...extra },
    code,
    request_id: 'req_1',
  };
}

function parse(text: string): unknown {
  if (!text) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
