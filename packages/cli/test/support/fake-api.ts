import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** A request as the fake API saw it. */
export interface SeenRequest {
  method: string;
  path: string;
  query: Record<string, string>;
  body: unknown;
}

/** Answers like the API, from a few fixed records, and remembers what it was asked. Ids choose failures. */
export interface FakeApi extends AsyncDisposable {
  url: string;
  seen: SeenRequest[];
}

/** Calls that save or copy this sandbox are never answered. */
function isSilent({ method, path }: SeenRequest): boolean {
  return method === 'POST' && path.startsWith('/v1/sandboxes/sb_silent/');
}

/** Answers a subscription with two events, and with silence after them. */
function streamEvents(client: WebSocket, seen: SeenRequest[], path: string): void {
  client.once('message', (data) => {
    seen.push({ method: 'WS', path, query: {}, body: JSON.parse(String(data)) });
    client.send(JSON.stringify({ type: 'subscribed', subscription: {}, reconnect_mode: 'cursor_replay' }));
    for (const id of ['evt_1', 'evt_2']) {
      client.send(JSON.stringify({ type: 'event', event: { ...event, id } }));
    }
  });
}

const record = (id: string) => ({
  id,
  status: 'running',
  template: 'base',
  config: { vcpus: 2, memory_mb: 512, disk_mb: 8192 },
  metadata: { project: 'docs' },
  cwd: '/workspace',
  created_at: '2026-03-10T12:00:00Z',
  started_at: '2026-03-10T12:00:01Z',
  timeout_ms: 300_000,
  timeout_at: '2026-03-10T12:05:00Z',
  expires_at: '2026-03-10T12:05:00Z',
  timeout_action: 'destroy',
  snapshot_id: null,
  traffic_access_token: 'nst_secret',
});

const base = { id: 'tmpl_1', name: 'base', tags: ['default'], builtin: true };

const failures: Record<string, [status: number, code: string]> = {
  sb_missing: [404, 'sandbox_not_found'],
  sb_paused: [409, 'sandbox_not_ready'],
  snap_used: [409, 'snapshot_in_use'],
  snap_missing: [404, 'snapshot_not_found'],
  sb_busy: [409, 'sandbox_not_ready'],
  sb_closed: [403, 'permission_denied'],
  sb_full: [429, 'capacity_exceeded'],
  sb_slow: [408, 'exec_timeout'],
  sb_broken: [500, 'internal_error'],
};

export async function startFakeApi(): Promise<FakeApi> {
  const seen: SeenRequest[] = [];
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const query = Object.fromEntries(url.searchParams);
    const seenRequest = { method: request.method!, path: url.pathname, query, body: await readBody(request) };
    seen.push(seenRequest);
    if (isSilent(seenRequest)) return;
    const [status, body] = answer(seenRequest, request.headers.authorization);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(body === undefined ? '' : JSON.stringify(body));
  });
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (client) => streamEvents(client, seen, request.url!));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer({ method, path, query, body }: SeenRequest, authorization?: string): [number, unknown?] {
  if (path === '/healthz') return [200, { status: 'ok' }];
  if (authorization !== 'Bearer good') return failed(401, 'unauthorized');
  const [, id = '', rest = ''] = path.match(/^\/v1\/(?:sandboxes|snapshots)\/([^/]+)(?:\/(.*))?$/) ?? [];
  if (id in failures) return failed(...failures[id]!);
  const state = answerState({ method, path, query, body }, id, rest);
  if (state) return state;
  if (path === '/v1/templates') return [200, [base]];
  if (path === '/v1/templates/refs/base') return [200, base];
  if (path.startsWith('/v1/templates/refs/')) return failed(404, 'template_not_found');
  if (path === '/v1/sandboxes' && method === 'POST') return [201, record('sb_new')];
  if (path === '/v1/sandboxes') return [200, page(query)];
  if (method === 'DELETE') return [204];
  if (rest === 'exec') return [200, execute(body as Record<string, unknown>)];
  if (rest === 'metrics') return [200, [metrics]];
  if (rest === 'timeout') return [204];
  if (rest === 'network') return [200, { ...record(id), network: body }];
  if (rest === 'network/denied') return [200, { total: 7, items: [denied] }];
  return [200, record(id)];
}

/** Pauses, snapshots, forks, events and webhooks. */
function answerState(
  { method, path, query, body }: SeenRequest,
  id: string,
  rest: string,
): [number, unknown?] | undefined {
  if (rest === 'hibernate' || (rest === 'snapshots' && method === 'POST')) return [201, snapshot('snap_1')];
  if (rest === 'resume') return [200, record('sb_2')];
  if (rest === 'fork') return [201, body ? { items: children } : record('sb_3')];
  if (path === '/v1/snapshots') {
    const first = !query.next_token;
    return [200, { items: [snapshot(first ? 'snap_1' : 'snap_2')], next_token: first ? 'more' : null }];
  }
  if (path.startsWith('/v1/snapshots/') && method === 'GET') return [200, snapshot(id)];
  if (path === '/v1/lifecycle/events') {
    return [
      200,
      { events: [event], offset: Number(query.offset), limit: Number(query.limit), has_more: true },
    ];
  }
  if (path.endsWith('/deliveries')) return [200, [delivery]];
  if (path.includes('/deliveries/')) return [200, { delivery, event, attempts: [attempt] }];
  if (!path.startsWith('/v1/lifecycle/webhooks')) return undefined;
  if (method === 'DELETE') return [204];
  return [200, path === '/v1/lifecycle/webhooks' && method === 'GET' ? [webhook] : webhook];
}

const denied = {
  protocol: 'tcp',
  address: '1.1.1.1',
  port: 443,
  name: 'example.org',
  reason: 'name_not_allowed',
  count: 2,
  first_seen_at: '2026-03-10T12:00:00.000Z',
  last_seen_at: '2026-03-10T12:00:01.000Z',
};

const snapshot = (id: string) => ({
  id,
  sandbox_id: 'sb_1',
  size_bytes: 9_000_000,
  created_at: '2026-03-10T12:01:00Z',
  metadata: {},
  kind: 'memory',
  status: 'ready',
  status_message: null,
  created_via: 'snapshot',
  template: 'base',
  config: { vcpus: 2, memory_mb: 512, disk_mb: 8192 },
});

const children = [
  { sandbox: record('sb_3') },
  { error: { code: 'capacity_exceeded', message: 'No room.', request_id: 'req_1', retryable: false } },
];

const event = {
  id: 'evt_1',
  occurred_at: '2026-03-10T12:00:01Z',
  audience: 'customer',
  operation: 'create',
  status: 'succeeded',
  actor_kind: 'user',
  sandbox_id: 'sb_1',
  metadata: {},
  details: {},
};

const webhook = {
  id: 'wh_1',
  url: 'https://example.test/hook',
  operations: ['create'],
  enabled: true,
  has_signing_secret: true,
  created_at: '2026-03-10T12:00:00Z',
  updated_at: '2026-03-10T12:00:00Z',
};

const delivery = {
  id: 'whd_1',
  webhook_id: 'wh_1',
  event_id: 'evt_1',
  operation: 'create',
  status: 'succeeded',
  delivery_status: 'succeeded',
  attempt_count: 1,
  created_at: '2026-03-10T12:00:02Z',
};

const attempt = {
  id: 'wha_1',
  delivery_id: 'whd_1',
  attempt_number: 1,
  attempted_at: '2026-03-10T12:00:02Z',
  duration_ms: 7,
  response_status: 204,
};

function page({ next_token: token, fields, metadata }: Record<string, string>): unknown {
  if (metadata?.includes('nobody')) return { items: [], next_token: null, has_next: false };
  const items = token ? [record('sb_2')] : [record('sb_1\u001b[31m')];
  const project = (item: Record<string, unknown>) =>
    Object.fromEntries(fields!.split(',').map((field) => [field, item[field]]));
  return {
    items: fields ? items.map(project) : items,
    next_token: token ? null : 'more',
    has_next: !token,
  };
}

function execute({ background, command, args, encoding }: Record<string, unknown>): unknown {
  if (background) return { pid: 77 };
  const words = [command, ...((args as string[] | undefined) ?? [])].join(' ');
  const write = (text: string) => (encoding === 'base64' ? Buffer.from(text).toString('base64') : text);
  return { exit_code: 5, stdout: write(`${words}\n`), stderr: write('oh\n'), pid: 76 };
}

const metrics = {
  timestamp: '2026-03-10T12:00:00Z',
  cpu_percent: 12.5,
  cpu_count: 2,
  mem_used_bytes: 10 * 1024 ** 2,
  mem_total_bytes: 512 * 1024 ** 2,
  disk_used_bytes: 0,
  disk_total_bytes: 8192 * 1024 ** 2,
};

function failed(status: number, code: string): [number, unknown] {
  return [
    status,
    { error: { message: `It is ${code}.`, code, request_id: 'req_1', retryable: false }, code },
  ];
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks = await Array.fromAsync(request as AsyncIterable<Buffer>);
  const text = Buffer.concat(chunks).toString();
  return text ? JSON.parse(text) : undefined;
}
