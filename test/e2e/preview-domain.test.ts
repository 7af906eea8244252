import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { before, describe, test } from 'node:test';
import { type CreateOptions, Sandbox } from 'nullspace';
import { WebSocket } from 'ws';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

const DOMAIN = 'previews.example';
const PORT = 3000;
const service = readFileSync(new URL('../guest/web-service.mjs', import.meta.url));

describe('previews below a domain, over TLS', () => {
  const context = suite();
  let installation: Installation;
  let sandbox: Sandbox;
  let ca: string;
  /** Name and port of the preview. */
  let host: string;

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'nullspace-tls-'));
    context.after(async () => rmSync(folder, { recursive: true }));
    // The server's account reads both.
    chmodSync(folder, 0o755);
    const program = new URL('../harness/certificate.go', import.meta.url).pathname;
    ca = execFileSync('go', ['run', program, DOMAIN, `*.${DOMAIN}`], { encoding: 'utf8' });
    const file = join(folder, 'tls.pem');
    writeFileSync(file, ca);
    installation = await startInstallation(context, {
      settings: { preview_domain: DOMAIN, preview_port: '0', preview_tls_cert: file, preview_tls_key: file },
    });
    sandbox = await create({});
    host = await sandbox.getHost(PORT);
  });

  async function create(options: CreateOptions): Promise<Sandbox> {
    const made = await Sandbox.create({ ...installation.connection, timeout: 3600, ...options });
    context.after(() => made.kill().catch(() => undefined));
    await made.files.write('/srv/web-service.mjs', service);
    await made.commands.run('node', { args: ['/srv/web-service.mjs', String(PORT)], background: true });
    assert.equal((await made.previews.waitFor(PORT)).ready, true);
    return made;
  }

  /** A connection to the listener, for whichever name: nothing resolves them. */
  async function openSession(name: string): Promise<ClientHttp2Session> {
    const port = name.split(':')[1];
    const session = connect(`https://127.0.0.1:${port}`, { ca, servername: name.split(':')[0]! });
    context.after(async () => session.destroy());
    await new Promise<void>((resolve, reject) => {
      session.once('connect', () => resolve());
      session.once('error', reject);
    });
    return session;
  }

  async function ask(
    session: ClientHttp2Session,
    headers: Record<string, string>,
    body?: string,
  ): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
    const stream = session.request({ ':authority': host, ...headers }, { endStream: body === undefined });
    if (body !== undefined) stream.end(body);
    const answer = Promise.withResolvers<IncomingHttpHeaders & { ':status'?: number }>();
    stream.once('response', answer.resolve);
    stream.once('error', answer.reject);
    stream.once('close', () => answer.reject(new Error('closed without an answer')));
    const told = await answer.promise;
    return { status: told[':status']!, headers: told, body: await text(stream) };
  }

  test('have names of their own, and serve HTTP/2 and HTTP/1.1 alike', async () => {
    assert.match(host, new RegExp(`^${PORT}-sb-[a-z0-9]+\\.${DOMAIN}:\\d+$`));
    const session = await openSession(host);
    assert.equal(session.alpnProtocol, 'h2');
    const modern = await ask(session, { ':path': '/echo?a=1', 'x-forwarded-host': 'evil', host: 'evil' });
    const plain = await askPlainly(host, ca, '/echo?a=1');
    assert.equal(modern.status, 200);
    assert.equal(plain.status, 200);
    for (const { body } of [modern, plain]) {
      const seen = JSON.parse(body) as { url: string; headers: Record<string, string> };
      assert.equal(seen.url, '/echo?a=1');
      assert.equal(seen.headers.host, host);
      assert.equal(seen.headers['x-forwarded-host'], host);
      assert.equal(seen.headers['x-forwarded-proto'], 'https');
      assert.equal(seen.headers['x-forwarded-for'], '127.0.0.1');
      assert.deepEqual(
        Object.keys(seen.headers).filter((name) => name.startsWith(':')),
        [],
      );
    }
  });

  test('pass bodies on with and without a length, by whatever method, and many at once', async () => {
    const session = await openSession(host);
    const body = 'b'.repeat(1_000_000);
    const lengths: Record<string, string>[] = [{}, { 'content-length': String(body.length) }];
    for (const method of ['POST', 'PUT', 'GET', 'DELETE']) {
      for (const length of lengths) {
        const headers = { ':method': method, ':path': '/count', ...length };
        assert.equal(
          (await ask(session, headers, body)).body,
          '1000000',
          `${method} ${JSON.stringify(length)}`,
        );
      }
    }
    const many = await Promise.all(
      Array.from({ length: 100 }, (_, number) => ask(session, { ':path': `/echo?${number}` })),
    );
    assert.deepEqual(
      many.map((answer) => (JSON.parse(answer.body) as { url: string }).url),
      many.map((_, number) => `/echo?${number}`),
    );
    // A body that looks like another request is a body.
    const smuggled = 'GET /state HTTP/1.1\r\nhost: x\r\n\r\n';
    const counted = await ask(session, { ':method': 'GET', ':path': '/count' }, smuggled);
    assert.equal(counted.body, String(smuggled.length));
    assert.equal((await ask(session, { ':path': '/echo' })).status, 200);
  });

  test('judge tokens, count what a grant let through, and cut one stream alone', async () => {
    const secured = await create({ network: { allowPublicTraffic: false } });
    const name = await secured.getHost(PORT);
    const session = await openSession(name);
    const refused = await ask(session, { ':authority': name, ':path': '/echo' });
    assert.equal(refused.status, 401);
    assert.equal((JSON.parse(refused.body) as { code: string }).code, 'edge_token_missing');
    const traffic = { 'x-nullspace-traffic-access-token': secured.trafficAccessToken! };
    const { grant, url } = await secured.previews.sign(PORT);
    const token = new URL(url).searchParams.get('edge_token')!;
    const hanging = session.request({
      ...traffic,
      ':authority': name,
      ':path': `/events?edge_token=${token}`,
    });
    const ended = new Promise((resolve) => hanging.once('close', resolve));
    hanging.on('error', () => {});
    await new Promise((resolve) => hanging.once('data', resolve));
    const counted = async () => (await secured.previews.list()).find(({ id }) => id === grant.id)!;
    assert.equal((await counted()).httpRequestCount, 1);
    await secured.previews.revoke(grant.id);
    await ended;
    const again = await ask(session, { ...traffic, ':authority': name, ':path': '/echo' });
    assert.equal(again.status, 200);
    await until(async () => (await counted()).bytesOut > 0, 'what came through is counted');
  });

  test('end streams whose service breaks off, and tell the service when a stream is given up', async () => {
    const session = await openSession(host);
    for (const path of ['/resets', '/huge-headers', '/odd-101', '/hints-alone'])
      assert.equal((await ask(session, { ':path': path })).status, 502, path);
    await assert.rejects(ask(session, { ':path': '/dies' }));
    const waiting = session.request({ ':authority': host, ':path': '/never' });
    waiting.on('error', () => {});
    const hanging = async () =>
      (JSON.parse((await ask(session, { ':path': '/state' })).body) as { hanging: number }).hanging;
    await until(async () => (await hanging()) === 1, 'the request waits');
    waiting.close(constants.NGHTTP2_CANCEL);
    await until(async () => (await hanging()) === 0, 'the service knows');
    const unknown = await ask(session, { ':authority': `3000-sb-none.${DOMAIN}`, ':path': '/' });
    assert.equal(unknown.status, 410);
    const foreign = await ask(session, { ':authority': 'evil.example', ':path': '/' });
    assert.equal(foreign.status, 421);
  });

  test('open WebSockets, which come by HTTP/1.1', async () => {
    const port = host.split(':')[1];
    const socket = new WebSocket(`wss://127.0.0.1:${port}/`, {
      ca,
      headers: { host },
      checkServerIdentity: (() => undefined) as never,
    });
    const answer = new Promise((resolve, reject) => {
      socket.once('message', (data) => resolve(String(data)));
      socket.once('error', reject);
    });
    socket.once('open', () => socket.send('over TLS'));
    assert.equal(await answer, 'over TLS');
    socket.terminate();
  });

  test('come back under the same name after the server has ended with clients connected', async () => {
    const session = await openSession(host);
    const gone = new Promise((resolve) => session.once('close', resolve));
    session.on('error', () => {});
    await installation.server.kill('SIGTERM');
    await gone;
    await installation.startServer();
    const again = await (await Sandbox.connect(sandbox.id, installation.connection)).getHost(PORT);
    assert.equal(again.split(':')[0], host.split(':')[0]);
    const next = await openSession(again);
    assert.equal((await ask(next, { ':authority': again, ':path': '/echo' })).status, 200);
  });
});

async function askPlainly(host: string, ca: string, path: string): Promise<{ status: number; body: string }> {
  const [servername, port] = host.split(':');
  const answer = Promise.withResolvers<{ status: number; body: string }>();
  const options = { host: '127.0.0.1', port, path, ca, servername, headers: { host }, agent: false };
  const asking = request(options, (response) => {
    const { statusCode: status = 0 } = response;
    text(response).then((body) => answer.resolve({ status, body }), answer.reject);
  });
  asking.on('error', answer.reject);
  asking.end();
  return await answer.promise;
}
