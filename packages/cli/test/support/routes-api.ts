import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { useServer } from './run.ts';

/** A request about sandbox sb_1. */
export interface Asked {
  /** Method and what follows `/v1/sandboxes/sb_1`. */
  route: string;
  body: unknown;
  raw: Buffer;
}

export interface RoutesApi extends AsyncDisposable {
  asked: Asked[];
  /** Plays the server's side of each WebSocket, after its first frame. */
  onSocket: (socket: WebSocket, first: Record<string, unknown>) => void;
}

type Answers = Record<string, unknown | ((asked: Asked) => unknown)>;

const sandbox = {
  id: 'sb_1',
  status: 'running',
  config: { vcpus: 2, memory_mb: 512, disk_mb: 8192 },
  metadata: {},
};

/** An API of one sandbox that answers each route as given: JSON, bytes, or a number for a status without a body. */
export async function startRoutesApi(answers: Answers): Promise<RoutesApi> {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const raw = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    const route = `${request.method} ${request.url!.replace('/v1/sandboxes/sb_1', '')}`.trim();
    const seen = { route, raw, body: parse(raw) };
    asked.push(seen);
    const key = Object.keys(answers).find((name) => name === route || route.startsWith(`${name}?`));
    let answer = key === undefined ? (request.method === 'GET' ? sandbox : 204) : answers[key];
    if (typeof answer === 'function') answer = answer(seen);
    const failed = (answer as { error?: unknown }).error !== undefined;
    response.writeHead(typeof answer === 'number' ? answer : failed ? 400 : 200);
    if (typeof answer === 'number') response.end();
    else response.end(Buffer.isBuffer(answer) ? answer : JSON.stringify(answer));
  });
  const sockets = new WebSocketServer({ server });
  const api: RoutesApi = {
    asked,
    onSocket: (socket) => socket.close(),
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  sockets.on('connection', (socket) => {
    socket.once('message', (data) => api.onSocket(socket, JSON.parse(String(data))));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  useServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return api;
}

function parse(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString());
  } catch {
    return undefined;
  }
}
