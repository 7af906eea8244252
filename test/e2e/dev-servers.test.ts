import assert from 'node:assert/strict';
import { type IncomingHttpHeaders, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { WebSocket } from 'ws';
import { packDevServer } from '../harness/dev-servers.ts';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';

/** A name that no development server knows; it is told with each request, since nothing resolves it. */
const NAME = 'box.example';
// biome-ignore lint/suspicious/noTemplateCurlyInString: the server fills it in.
const maskRequestHost = 'localhost:${PORT}';

describe('development servers behind previews', () => {
  const context = suite();
  let installation: Installation;
  before(async () => {
    installation = await startInstallation(context, { settings: { preview_host: NAME } });
  });

  /** A sandbox with what was packed in /srv/app and no internet. */
  async function unpack(name: 'vite' | 'django', network: { maskRequestHost?: string }): Promise<Sandbox> {
    const sandbox = await Sandbox.create({
      ...installation.connection,
      timeout: 1800,
      memoryMb: 1024,
      internetAccess: false,
      network,
    });
    context.after(() => sandbox.kill().catch(() => undefined));
    await sandbox.files.write('/srv/app.tar.gz', packDevServer(name));
    await run(sandbox, 'mkdir /srv/app && tar -xzf /srv/app.tar.gz -C /srv/app');
    return sandbox;
  }

  async function run(sandbox: Sandbox, script: string): Promise<void> {
    const result = await sandbox.commands.run(script, { shell: true, cwd: '/srv', timeoutSecs: 280 });
    assert.equal(result.exitCode, 0, result.stderr + result.stdout);
  }

  async function serve(sandbox: Sandbox, script: string, port: number): Promise<string> {
    await sandbox.commands.run(script, { shell: true, cwd: '/srv/app', background: true });
    const { ready } = await sandbox.previews.waitFor(port, { timeoutSecs: 100 });
    assert.equal(ready, true, `port ${port} answers`);
    return await sandbox.getHost(port);
  }

  test('Vite serves pages and modules, and tells an open page of a change', async () => {
    const start = 'node node_modules/vite/bin/vite.js --port 5173 --strictPort';
    const unmasked = await unpack('vite', {});
    assert.equal((await ask(await serve(unmasked, start, 5173), '/')).status, 403);
    await unmasked.kill();

    const sandbox = await unpack('vite', { maskRequestHost });
    const host = await serve(sandbox, start, 5173);
    const page = await ask(host, '/', { accept: 'text/html' });
    assert.equal(page.status, 200);
    assert.match(page.body, /<script type="module" src="\/main\.js/);
    assert.match((await ask(host, '/main.js')).body, /document\.title = 'first'/);

    const client = await ask(host, '/@vite/client');
    const token = /wsToken = "([^"]+)"/.exec(client.body)![1];
    const [, port] = host.split(':');
    const told: string[] = [];
    const socket = new WebSocket(`ws://127.0.0.1:${port}/?token=${token}`, 'vite-hmr', {
      headers: { host, origin: `http://${host}` },
    });
    context.after(async () => socket.terminate());
    const connected = Promise.withResolvers<void>();
    const changed = Promise.withResolvers<void>();
    for (const { reject } of [connected, changed]) socket.on('error', reject);
    socket.on('message', (data) => {
      const { type } = JSON.parse(String(data)) as { type: string };
      told.push(type);
      if (type === 'connected') connected.resolve();
      if (type === 'full-reload' || type === 'update') changed.resolve();
    });
    await connected.promise;
    await sandbox.files.write('/srv/app/main.js', "document.title = 'second';\n");
    await changed.promise;
    assert.match((await ask(host, '/main.js')).body, /document\.title = 'second'/);
    assert.equal(told[0], 'connected');
  });

  test('Django serves its admin, checks where forms come from, and keeps a session', async () => {
    const sandbox = await unpack('django', { maskRequestHost });
    const django = 'PYTHONPATH=/srv/app/packages DJANGO_SUPERUSER_PASSWORD=secret python3';
    await run(sandbox, `cd app && ${django} -m django startproject site_ .`);
    await run(sandbox, `cd app && ${django} manage.py migrate -v 0`);
    await run(
      sandbox,
      `cd app && ${django} manage.py createsuperuser --noinput --username root --email root@example.com`,
    );
    const host = await serve(sandbox, `${django} manage.py runserver 8000`, 8000);
    assert.equal((await ask(host, '/')).status, 200);

    const form = await ask(host, '/admin/login/?next=/admin/');
    const field = /name="csrfmiddlewaretoken" value="([^"]+)"/.exec(form.body)![1]!;
    const cookie = form.headers['set-cookie']![0]!.split(';')[0]!;
    const body = new URLSearchParams({
      csrfmiddlewaretoken: field,
      username: 'root',
      password: 'secret',
      next: '/admin/',
    }).toString();
    const post = (origin: string) =>
      ask(
        host,
        '/admin/login/',
        { cookie, origin, referer: `${origin}/admin/`, 'content-type': 'application/x-www-form-urlencoded' },
        body,
      );
    assert.equal((await post('http://evil.example')).status, 403);
    const login = await post(`http://${host}`);
    assert.equal(login.status, 302, login.body);
    assert.equal(login.headers.location, '/admin/');
    const session = login.headers['set-cookie']!.map((each) => each.split(';')[0]).join('; ');
    assert.match((await ask(host, '/admin/', { cookie: session })).body, /Site administration/);

    const unmasked = await sandbox.commands.run(
      `curl -s -o /dev/null -w '%{http_code}' -H 'host: ${host}' http://127.0.0.1:8000/`,
      { shell: true },
    );
    assert.equal(unmasked.stdout, '400', 'Django refuses the name that the mask hides');
  });
});

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Asks under the preview's own name, which leads to this machine. */
async function ask(
  host: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  const port = host.split(':')[1];
  const answer = Promise.withResolvers<Answer>();
  const asking = request({
    host: '127.0.0.1',
    port,
    path,
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...headers, host },
    agent: false,
  });
  asking.on('error', answer.reject);
  asking.on('response', (response) => {
    const { statusCode: status = 0 } = response;
    text(response).then(
      (content) => answer.resolve({ status, headers: response.headers, body: content }),
      answer.reject,
    );
  });
  asking.end(body);
  return await answer.promise;
}
