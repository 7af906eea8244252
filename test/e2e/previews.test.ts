import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

const service = readFileSync(new URL('../guest/web-service.mjs', import.meta.url));

describe('previews', () => {
  const context = suite();
  let installation: Installation;
  let sandbox: Sandbox;

  before(async () => {
    installation = await startInstallation(context);
    sandbox = await create({});
  });

  async function create(options: Parameters<typeof Sandbox.create>[0]): Promise<Sandbox> {
    const made = await Sandbox.create({ ...installation.connection, timeout: 3600, ...options });
    context.after(() => made.kill().catch(() => undefined));
    await made.files.write('/srv/web-service.mjs', service);
    await serve(made, 3000);
    return made;
  }

  async function serve(inside: Sandbox, port: number, address = '0.0.0.0'): Promise<void> {
    await inside.commands.run('node', {
      args: ['/srv/web-service.mjs', String(port), address],
      background: true,
    });
    assert.equal((await api<{ ready: boolean }>(inside, `ports/${port}/readiness`, {})).ready, true);
  }

  async function call(
    id: string,
    path: string,
    init: { method?: string; body?: unknown } = {},
  ): Promise<Response> {
    return await fetch(`${installation.url}/v1/sandboxes/${id}/${path}`, {
      method: init.method ?? 'POST',
      headers: { authorization: `Bearer ${installation.apiKey}`, 'content-type': 'application/json' },
      ...(init.body === undefined ? {} : { body: JSON.stringify(init.body) }),
    });
  }

  async function api<T>(inside: Sandbox, path: string, body?: unknown, method = 'POST'): Promise<T> {
    const answer = await call(inside.id, path, { method, body });
    assert.equal(answer.status, 200, await answer.clone().text());
    return (await answer.json()) as T;
  }

  const hostOf = async (inside: Sandbox, port = 3000) =>
    await api<{ host: string; url: string; websocket_url: string }>(inside, 'host', { port });

  test('answer at an address of their own, which stays the same', async () => {
    const { host, url } = await hostOf(sandbox);
    const seen = (await (await fetch(`http://${host}/echo?a=1`)).json()) as Seen;
    assert.equal(seen.url, '/echo?a=1');
    assert.equal(seen.headers['x-forwarded-host'], host);
    assert.equal((await hostOf(sandbox)).host, host);
    assert.equal((await fetch(url)).status, 404);
    await installation.server.kill('SIGKILL');
    await installation.startServer();
    sandbox = await Sandbox.connect(sandbox.id, installation.connection);
    assert.equal((await hostOf(sandbox)).host, host);
    assert.equal((await fetch(`http://${host}/echo`)).status, 200);
  });

  test('reach services that listen on the loopback of the sandbox alone', async () => {
    // Node.js takes "localhost" for ::1.
    for (const [port, address] of [
      [3001, '127.0.0.1'],
      [3003, '::1'],
    ] as const) {
      await serve(sandbox, port, address);
      const { host } = await hostOf(sandbox, port);
      assert.equal((await fetch(`http://${host}/echo`)).status, 200);
      await talk(`ws://${host}/`);
    }
  });

  test('pass streams, uploads and WebSockets through', async () => {
    const { host, websocket_url } = await hostOf(sandbox);
    const events = await fetch(`http://${host}/events`);
    const reader = events.body!.pipeThrough(new TextDecoderStream()).getReader();
    assert.match((await reader.read()).value ?? '', /data: 1/);
    await reader.cancel();
    const upload = await fetch(`http://${host}/count`, {
      method: 'POST',
      body: new Blob([new Uint8Array(5_000_000)]),
    });
    assert.equal(await upload.text(), '5000000');
    await talk(`ws://${host}/`);
    await talk(websocket_url);
    assert.equal(await (await fetch(`http://${host}/hints`)).text(), 'after hints');
  });

  test('show the service the host that the policy names, and lead redirects back', async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the server fills it in.
    const masked = await create({ network: { maskRequestHost: 'localhost:${PORT}' } });
    const { host } = await hostOf(masked);
    const headers = { origin: `http://${host}`, referer: `http://${host}/page` };
    const seen = (await (await fetch(`http://${host}/echo`, { headers })).json()) as Seen;
    assert.equal(seen.headers.host, 'localhost:3000');
    assert.equal(seen.headers.origin, 'http://localhost:3000');
    assert.equal(seen.headers.referer, 'http://localhost:3000/page');
    const redirect = await fetch(`http://${host}/redirect`, { redirect: 'manual' });
    assert.equal(redirect.headers.get('location'), `http://${host}/echo?from=redirect`);
    assert.equal(redirect.headers.get('set-cookie'), 'session=1; Path=/');
  });

  test('drop what clients claim, and keep tokens from the service', async () => {
    const { url } = await hostOf(sandbox);
    const target = new URL('/echo?x=%20y', url);
    target.searchParams.append('edge_token', new URL(url).searchParams.get('edge_token')!);
    const headers = {
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-host': 'evil',
      forwarded: 'for=1.2.3.4',
      cookie: 'a=1',
    };
    const answer = await fetch(target, { headers });
    const seen = (await answer.json()) as Seen;
    assert.equal(seen.url, '/echo?x=+y');
    assert.equal(seen.headers['x-forwarded-for'], '127.0.0.1');
    assert.equal(seen.headers['x-forwarded-host'], target.host);
    assert.equal(seen.headers.forwarded, undefined);
    const cookie = answer.headers.get('set-cookie')!;
    assert.match(cookie, /^nullspace_preview_[0-9a-f]{16}=.*; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/);
    const again = await fetch(`http://${target.host}/echo`, {
      headers: { cookie: `a=1; ${cookie.split(';')[0]}; b=2` },
    });
    assert.equal(((await again.json()) as Seen).headers.cookie, 'a=1; b=2');
    const browser = await fetch(`${url}&q=1`, { headers: { accept: 'text/html' }, redirect: 'manual' });
    assert.equal(browser.status, 302);
    assert.equal(browser.headers.get('location'), '/?q=1');
  });

  test('ask for the traffic token when traffic is not public', async () => {
    const secured = await create({ network: { allowPublicTraffic: false } });
    const info = await secured.getInfo();
    assert.match(info.trafficAccessToken!, /^nst_/);
    const { host, url, websocket_url } = await hostOf(secured);
    const header = { 'x-nullspace-traffic-access-token': info.trafficAccessToken! };
    assert.equal(await codeOf(await fetch(`http://${host}/echo`)), '401 edge_token_missing');
    assert.equal(await codeOf(await fetch(url)), '401 edge_token_missing');
    const seen = (await (await fetch(`http://${host}/echo`, { headers: header })).json()) as Seen;
    assert.equal(seen.headers['x-nullspace-traffic-access-token'], undefined);
    const wrong = { 'x-nullspace-traffic-access-token': 'nst_wrong' };
    assert.equal(
      await codeOf(await fetch(`http://${host}/echo`, { headers: wrong })),
      '401 edge_token_invalid',
    );
    const page = await fetch(`http://${host}/`, { headers: { accept: 'text/html' } });
    assert.match(await page.text(), /<h1>401<\/h1>/);
    await assert.rejects(talk(websocket_url));
    const browser = await fetch(`http://${host}/echo?traffic_access_token=${info.trafficAccessToken}`, {
      headers: { accept: 'text/html' },
      redirect: 'manual',
    });
    const cookie = browser.headers.get('set-cookie')!.split(';')[0]!;
    assert.equal((await fetch(`http://${host}/echo`, { headers: { cookie } })).status, 200);
    const foreign = { cookie, origin: 'http://evil.example' };
    await assert.rejects(talk(`ws://${host}/`, foreign));
    await talk(`ws://${host}/`, { cookie, origin: `http://${host}` });
  });

  test('judge tokens by sandbox, port, transport, lifetime and revocation', async () => {
    const other = await create({});
    const { host } = await hostOf(sandbox);
    const signed = await api<Signed>(sandbox, 'ports/3000/signed-preview-url', { expires_in_seconds: 600 });
    const token = new URL(signed.url).searchParams.get('edge_token')!;
    const at = (where: string, with_: string) => fetch(`http://${where}/echo?edge_token=${with_}`);
    assert.equal((await at(host, token)).status, 200);
    assert.equal(await codeOf(await at((await hostOf(other)).host, token)), '403 edge_token_scope_mismatch');
    assert.equal(
      await codeOf(await at((await hostOf(sandbox, 3002)).host, token)),
      '403 edge_token_scope_mismatch',
    );
    const forSockets = new URL(signed.websocket_url).searchParams.get('edge_token')!;
    assert.equal(await codeOf(await at(host, forSockets)), '403 edge_token_scope_mismatch');
    assert.equal(await codeOf(await at(host, `${token.slice(0, -2)}xx`)), '401 edge_token_invalid');
    const short = await api<Signed>(sandbox, 'ports/3000/signed-preview-url', { expires_in_seconds: 1 });
    const brief = new URL(short.url).searchParams.get('edge_token')!;
    await until(async () => (await at(host, brief)).status === 401, 'the end of the token');
    assert.equal(await codeOf(await at(host, brief)), '401 edge_token_expired');

    const socket = new WebSocket(signed.websocket_url);
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    const closed = new Promise((resolve) => socket.addEventListener('close', resolve));
    const revoked = await api<{ success: boolean; grant: Signed['grant'] }>(
      sandbox,
      `preview-urls/${signed.grant.id}`,
      undefined,
      'DELETE',
    );
    assert.equal(revoked.success, true);
    assert.equal(revoked.grant.status, 'revoked');
    assert.equal(revoked.grant.http_request_count, 1);
    assert.equal(revoked.grant.websocket_connection_count, 1);
    await closed;
    assert.equal(await codeOf(await at(host, token)), '401 preview_grant_revoked');
    const { items } = await api<{ items: Signed['grant'][] }>(
      sandbox,
      'preview-urls?port=3000',
      undefined,
      'GET',
    );
    assert.ok(items.some(({ id, status }) => id === signed.grant.id && status === 'revoked'));
  });

  test('serve a proxy that sends its token in a header', async () => {
    const target = await api<{
      http_url: string;
      http_token: string;
      websocket_token: string;
      token_header_name: string;
    }>(sandbox, 'ports/3000/preview-proxy-target', { transports: ['http'] });
    assert.equal(target.websocket_token, undefined);
    const headers = {
      [target.token_header_name]: target.http_token,
      'x-forwarded-host': 'app.example.com',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '9.9.9.9',
    };
    const seen = (await (await fetch(`${target.http_url}echo`, { headers })).json()) as Seen;
    assert.equal(seen.headers['x-forwarded-host'], 'app.example.com');
    assert.equal(seen.headers['x-forwarded-proto'], 'https');
    assert.equal(seen.headers['x-forwarded-for'], '9.9.9.9, 127.0.0.1');
    assert.equal(seen.headers[target.token_header_name], undefined);
    const judge = async (token: string, where = target.http_url) =>
      await codeOf(await fetch(`${where}echo`, { headers: { [target.token_header_name]: token } }));
    assert.equal(await judge('nonsense'), '401 preview_proxy_token_invalid');
    const signed = await sandbox.previews.sign(3000);
    assert.equal(
      await judge(new URL(signed.url).searchParams.get('edge_token')!),
      '401 preview_proxy_token_invalid',
    );
    const elsewhere = `http://${(await hostOf(await create({}))).host}/`;
    assert.equal(await judge(target.http_token, elsewhere), '403 preview_proxy_token_scope_mismatch');
    const otherPort = `http://${(await hostOf(sandbox, 3002)).host}/`;
    assert.equal(await judge(target.http_token, otherPort), '403 preview_proxy_token_scope_mismatch');
    const forSockets = await sandbox.previews.proxyTarget(3000, { transports: ['websocket'] });
    assert.equal(await judge(forSockets.websocket!.token), '403 preview_proxy_token_scope_mismatch');
    const brief = await sandbox.previews.proxyTarget(3000, { expiresInSeconds: 1 });
    const isOver = async () => (await judge(brief.http!.token)) === '401 preview_proxy_token_expired';
    await until(async () => await isOver().catch(() => false), 'the end of the token');
    await sandbox.previews.revoke(forSockets.grant.id);
    assert.equal(await judge(forSockets.websocket!.token), '401 preview_proxy_token_revoked');
  });

  test('say what is wrong with a service that misbehaves', async () => {
    const { host } = await hostOf(sandbox);
    const { host: closed } = await hostOf(sandbox, 4999);
    assert.equal(await codeOf(await fetch(`http://${closed}/`)), '502 preview_unreachable');
    assert.equal(await codeOf(await fetch(`http://${host}/resets`)), '502 preview_unreachable');
    assert.equal(await codeOf(await fetch(`http://${host}/huge-headers`)), '502 preview_unreachable');
    assert.equal(await codeOf(await fetch(`http://${host}/odd-101`)), '502 preview_unreachable');
    assert.equal(await codeOf(await fetch(`http://${host}/hints-alone`)), '502 preview_unreachable');
    await assert.rejects(fetch(`http://${host}/dies`).then((answer) => answer.text()));
    assert.equal((await fetch(`http://${host}/echo`)).status, 200);
  });

  test('refuse other spellings of a port, ports of the platform and foreign names', async () => {
    for (const port of [
      '080',
      '02280',
      '+80',
      '80.0',
      '0x50',
      '65536',
      '0',
      '-1',
      '80%2F',
      '80%20',
      '%2B80',
      '1e3',
      '٣٠٠٠',
      '22',
      '49983',
    ]) {
      const answer = await call(sandbox.id, `ports/${port}/preview-url`, { method: 'GET' });
      assert.ok(answer.status === 400 || answer.status === 404, `${port}: ${answer.status}`);
    }
    for (const port of ['3000', 3000.5, 0, 65536, 22, 49983, null]) {
      assert.equal((await call(sandbox.id, 'host', { body: { port } })).status, 400, String(port));
    }
    const { host } = await hostOf(sandbox);
    assert.equal(await askUnderName(host, 'evil.example'), 421);
    assert.equal(await askUnderName(host, host.replace('127.0.0.1', 'localhost')), 200);
    const stranger = installation.createKey('stranger');
    const theirs = await fetch(`${installation.url}/v1/sandboxes/${sandbox.id}/preview-urls`, {
      headers: { authorization: `Bearer ${stranger}` },
    });
    assert.equal(theirs.status, 404);
  });

  test('tell in time that a port does not answer', async () => {
    const answer = await api<Record<string, unknown>>(sandbox, 'ports/4998/readiness', {
      timeout_secs: 1,
      interval_ms: 50,
    });
    assert.equal(answer.ready, false);
    assert.equal(answer.route_ready, true);
    assert.equal(answer.code, 'connection_refused');
    const web = await api<Record<string, unknown>>(sandbox, 'ports/3000/readiness', {
      kind: 'http',
      path: '/echo',
    });
    assert.equal(web.ready, true);
  });

  test('wake a sandbox that asked for it, once, and refuse one that did not', async () => {
    const sleeper = await create({ autoResume: true });
    const { host } = await hostOf(sleeper);
    await sleeper.hibernate();
    const answers = await Promise.all(Array.from({ length: 10 }, () => fetch(`http://${host}/echo`)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    const listed = await Sandbox.list(installation.connection);
    const now = listed.items.filter(({ status }) => status === 'running').length;
    const woken = await Sandbox.connect(sleeper.id, installation.connection);
    assert.notEqual(woken.id, sleeper.id);
    await woken.hibernate();
    await talk(`ws://${host}/`);
    const after = await Sandbox.list(installation.connection);
    assert.equal(after.items.filter(({ status }) => status === 'running').length, now);
    await (await Sandbox.connect(woken.id, installation.connection)).kill();

    const quiet = await create({});
    const { host: silent } = await hostOf(quiet);
    await quiet.hibernate();
    assert.equal(await codeOf(await fetch(`http://${silent}/echo`)), '409 sandbox_not_ready');
    const resumed = await Sandbox.connect(quiet.id, installation.connection);
    assert.equal((await fetch(`http://${silent}/echo`)).status, 200);
    assert.equal((await hostOf(resumed)).host, silent);
    await resumed.kill();
    assert.equal(await codeOf(await fetch(`http://${silent}/echo`)), '410 sandbox_gone');
  });
});

interface Seen {
  url: string;
  headers: Record<string, string>;
}

interface Signed {
  url: string;
  websocket_url: string;
  grant: { id: string; status: string; http_request_count: number; websocket_connection_count: number };
}

async function codeOf(answer: Response): Promise<string> {
  return `${answer.status} ${((await answer.json()) as { code: string }).code}`;
}

/** Says something through a WebSocket and waits for the same. */
async function talk(url: string, headers: Record<string, string> = {}): Promise<void> {
  const socket = new WebSocket(url, { headers } as never);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('open', () => socket.send('hello'));
      socket.addEventListener('message', ({ data }) =>
        data === 'hello' ? resolve() : reject(new Error(`${data}`)),
      );
      socket.addEventListener('close', () => reject(new Error(`${url} was closed`)));
    });
  } finally {
    socket.close();
  }
}

async function askUnderName(host: string, name: string): Promise<number> {
  const [address, port] = host.split(':');
  return await new Promise((resolve, reject) => {
    const asking = request({ host: address, port, path: '/echo', headers: { host: name }, agent: false });
    asking.on('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode!);
    });
    asking.on('error', reject);
    asking.end();
  });
}
