import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { useServer } from './run.ts';

/** A request as the API saw it: method, path with query, body. */
export type Seen = [method: string, path: string, body?: unknown];

/** Answers like the API of templates and warm pools; references choose failures. */
export interface TemplateApi extends AsyncDisposable {
  seen: Seen[];
  /** Entries that every log holds. */
  log: object[];
}

export const template = {
  id: 'tmpl_1',
  name: 'review-api',
  description: '',
  tags: ['stable'],
  default_tag: 'default',
  builtin: false,
  canonical_ref: 'acme/review-api:default',
  namespace_slug: 'acme',
  visibility: 'private',
  runtime_defaults: { start_cmd: 'serve' },
};

export const build = {
  build_id: 'tb_1',
  template_id: 'tmpl_1',
  name: 'review-api',
  tags: ['stable'],
  status: 'ready',
  created_at: '2026-03-10T12:00:00Z',
  updated_at: '2026-03-10T12:00:05Z',
  build_config: { vcpus: 2, memory_mib: 512 },
  cache_summary: { layer_hits: 1 },
  artifact_ids: [],
};

export const pool = {
  id: 'twp_1',
  name: 'review',
  template_ref: 'review-api:stable',
  state: 'enabled',
  min_ready: 2,
  max_ready: 4,
  resources: { vcpus: 2, memory_mb: 512, disk_mb: 8192 },
  status: { target: 2, ready: 2 },
  labels: { teamName: 'red' },
  created_at: '2026-03-10T12:00:00Z',
};

export function entry(offset: number, kind = 'message', changes: object = {}) {
  return {
    build_id: 'tb_1',
    template_id: 'tmpl_1',
    offset,
    timestamp: `2026-03-10T12:00:0${offset}Z`,
    kind,
    level: 'info',
    message: `message ${offset}`,
    ...changes,
  };
}

export async function startTemplateApi(): Promise<TemplateApi> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const text = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString();
    const path = request.url!;
    seen.push(text ? [request.method!, path, JSON.parse(text)] : [request.method!, path]);
    if (path.includes('missing'))
      return failed(response, 404, path.includes('twp') ? 'warm_pool_not_found' : 'template_not_found');
    if (path.includes('busy')) return failed(response, 409, 'conflict');
    if (path === '/v1/templates/build' || path.includes('/logs')) return sendLog(response, api.log);
    send(response, answer(request.method!, path.split('?')[0]!));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  useServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const api: TemplateApi = {
    seen,
    log: [entry(0, 'start'), entry(1, 'message', { level: 'debug' }), entry(2, 'end', { result: template })],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return api;
}

function answer(method: string, path: string): unknown {
  const at = '2026-03-10T12:00:00Z';
  if (method === 'DELETE') return undefined;
  if (path.endsWith('/validate')) return { valid: true, errors: [], warnings: ['w'] };
  if (path.endsWith('/plan'))
    return { build_plan: { someKey: 1 }, requires_base_image_auth: false, warnings: [] };
  if (path.endsWith('/tags') && method === 'GET') return [{ tag: 't', build_id: 'tb_1', created_at: at }];
  if (path.endsWith('/aliases')) return [{ alias_ref: 'acme/old', created_at: at }];
  if (path.endsWith('/claims')) return { claim_token: 'tclm_1', canonical_ref: 'acme/x', expires_at: at };
  if (path.includes('/namespaces/')) return { slug: 'acme', kind: 'user', is_default: true };
  if (/\/(refs\/[^/]+|tmpl_1)\/builds$/.test(path)) return { builds: [build], next_cursor: 'c2' };
  if (path.endsWith('/retry') || path === '/v1/templates/builds') return { ...build, status: 'waiting' };
  if (path.endsWith('/promote')) return template;
  if (path.includes('/builds/')) return { build, entries: [entry(2, 'end')], next_offset: 3 };
  if (path === '/v1/template-warm-pools' && method === 'GET') return { items: [pool] };
  if (path.includes('warm-pools')) return pool;
  return template;
}

function send(response: ServerResponse, body: unknown): void {
  response.writeHead(body === undefined ? 204 : 200);
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function sendLog(response: ServerResponse, entries: object[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(entries.map((one) => `data: ${JSON.stringify(one)}\n\n`).join(''));
}

function failed(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status);
  response.end(JSON.stringify({ error: { message: `It is ${code}.`, code, request_id: 'req_1' }, code }));
}
