import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type RawService, sendRaw, startRawService } from '../fixtures/raw-service.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';

const ok = 'content-length: 2\r\n\r\nok';
const answers = {
  '/reason': `HTTP/1.1 200 O\x01K\r\n${ok}`,
  '/status-0': `HTTP/1.1 000 x\r\n${ok}`,
  '/status-99': `HTTP/1.1 099 x\r\n${ok}`,
  '/status-999': `HTTP/1.1 999 Own\r\n${ok}`,
  '/101': 'HTTP/1.1 101 Switching Protocols\r\n\r\n#',
  '/control': `HTTP/1.1 200 OK\r\nx-bad: a\x01b\r\n${ok}`,
  '/lengths': `HTTP/1.1 200 OK\r\ncontent-length: 3\r\n${ok}`,
  '/both': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  '/chunk': 'HTTP/1.1 200 OK\r\nset-cookie: own=1\r\ntransfer-encoding: chunked\r\n\r\n-2\r\nok\r\n',
  '/neighbours': `HTTP/1.1 200 OK\r\nconnection: x-secret, keep-alive, content-length\r\nx-secret: 1\r\nkeep-alive: timeout=5\r\nupgrade: h2c\r\nx-own: 1\r\n${ok}`,
  '/chunked': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
  '/second': `HTTP/1.1 200 OK\r\n${ok}HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\npoison`,
  '/hints': `${'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(1000)}HTTP/1.1 200 OK\r\n${ok}`,
  '/unasked': 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: odd\r\n\r\n',
  '/no-length': 'HTTP/1.1 200 OK\r\n\r\nok#',
};
/** Whether the end of what was sent is told by its first headers. */
const isFramed = (text: string) =>
  /\r\n(content-length: [1-9]\d*|transfer-encoding: chunked)\r\n/i.test(
    text.split('\r\n\r\n', 1)[0]!.concat('\r\n'),
  );
const codeOf = (answer: string) => /"code":"(\w+)"/.exec(answer)?.[1];
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

describe('previews of hostile services to hostile clients', { timeout: 60_000 }, () => {
  let server: TestServer;
  let service: RawService;
  let port: number;
  let host: string;
  let token: string;
  before(async () => {
    service = await startRawService(answers);
    server = await startTestServer();
    const id = await server.createSandbox();
    const { body } = await server.call('POST', `/v1/sandboxes/${id}/host`, { port: service.port });
    port = Number(body.host.split(':')[1]);
    host = `Host: 127.0.0.1:${port}\r\n`;
    token = new URL(body.url).searchParams.get('edge_token')!;
  });
  after(async () => {
    await server.close();
    service.close();
  });
  const get = (path: string, more = '') => sendRaw(port, `GET ${path} HTTP/1.1\r\n${host}${more}\r\n`);

  test('answers that the server could not send do not end it', async () => {
    assert.match(await get('/reason'), /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nok$/);
    for (const path of ['/status-0', '/status-99']) {
      assert.match(await get(path), /^HTTP\/1\.1 502 Bad Gateway\r\n/, path);
    }
    assert.match(await get('/status-999'), /^HTTP\/1\.1 999 Own\r\n/);
    assert.equal(statusOf(await get('/101')), 502);
    for (const path of ['/control', '/lengths', '/both', '/unasked']) {
      assert.equal(codeOf(await get(path)), 'preview_unreachable', path);
    }
    assert.match(await get('/hints'), /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nok$/);
  });

  test('nothing of an answer that broke off is left in the one that says so', async () => {
    const answer = await get('/chunk');
    assert.match(answer, /^HTTP\/1\.1 502 Bad Gateway\r\n/);
    assert.equal(codeOf(answer), 'preview_unreachable');
    assert.doesNotMatch(answer, /transfer-encoding|set-cookie/i);
  });

  test('what a service says to its neighbour stays with the server', async () => {
    const answer = await get('/neighbours');
    assert.doesNotMatch(answer, /x-secret|timeout=5|h2c/i);
    assert.match(answer, /x-own: 1\r\n/);
    assert.match(answer, /connection: keep-alive\r\n/i);
    assert.match(answer, /\r\n\r\nok$/);
  });

  test('whether a connection stays is what the client wants', async () => {
    const closed = await get('/', 'Connection: close\r\n');
    assert.match(closed, /connection: close\r\n/i);
    assert.match(await sendRaw(port, `GET / HTTP/1.0\r\n${host}\r\n`), /connection: close\r\n/i);
    assert.match(await sendRaw(port, `GET /no-length HTTP/1.0\r\n${host}\r\n`), /\r\n\r\nok$/);
  });

  test('a second answer that nobody asked for is given to nobody', async () => {
    for (let round = 0; round < 5; round++) {
      assert.match(await get('/second'), /\r\n\r\nok$/);
      assert.match(await get('/'), /\r\n\r\nfine$/);
    }
  });

  const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
  const chunked = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;
  for (const [what, head, body] of [
    ['two lengths', 'Content-Length: 3\r\nContent-Length: 4\r\n', 'abc'],
    ['the same length twice', 'Content-Length: 3\r\nContent-Length: 3\r\n', 'abc'],
    ['a list of lengths', 'Content-Length: 3, 3\r\n', 'abc'],
    ['a length with a sign', 'Content-Length: +3\r\n', 'abc'],
    ['length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${smuggled}`],
    ['an unknown encoding', 'Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${smuggled}`],
    ['chunks that are not last', 'Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${smuggled}`],
    ['two encodings', 'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n', '0\r\n\r\n'],
    ['a space before the colon', 'Transfer-Encoding : chunked\r\n', '0\r\n\r\n'],
    ['a folded line', 'X-A: 1\r\n Transfer-Encoding: chunked\r\n', ''],
    ['a control character', 'X-A: a\x01b\r\n', ''],
    ['a bare line feed', 'X-A: 1\nTransfer-Encoding: chunked\r\n', chunked],
    ['more headers than are read', `${'a:b\r\n'.repeat(2100)}Transfer-Encoding: chunked\r\n`, chunked],
    ['a length in a trailer', 'Transfer-Encoding: chunked\r\n', '0\r\nContent-Length: 9\r\n\r\n'],
  ] as const) {
    test(`a request with ${what} is refused, and nothing of it is taken for another`, async () => {
      service.seen();
      const answer = await sendRaw(port, `POST / HTTP/1.1\r\n${host}${head}\r\n${body}`);
      assert.ok([400, 431].includes(statusOf(answer)), answer);
      const passed = service.seen().join('');
      assert.doesNotMatch(passed, /smuggled/);
      assert.match(await get('/'), /\r\n\r\nfine$/);
    });
  }

  test('bodies of requests that have none by habit are told apart from the next request', async () => {
    for (const method of ['GET', 'DELETE', 'OPTIONS']) {
      for (const [head, body] of [
        [`Content-Length: ${smuggled.length}`, smuggled],
        ['Transfer-Encoding: chunked', chunked],
      ]) {
        service.seen();
        await sendRaw(port, `${method} / HTTP/1.1\r\n${host}${head}\r\n\r\n${body}`);
        for (const text of service.seen()) assert.ok(isFramed(text), text);
      }
    }
  });

  test('a request as to a proxy is judged by the name in it', async () => {
    service.seen();
    assert.match(
      await sendRaw(port, `GET http://127.0.0.1:${port}/abs?a=1 HTTP/1.1\r\nHost: evil.test\r\n\r\n`),
      /fine$/,
    );
    assert.match(
      service.seen().join(''),
      new RegExp(`^GET /abs\\?a=1 HTTP/1.1\\r\\nhost: 127\\.0\\.0\\.1:${port}\\r\\n`, 'i'),
    );
    const foreign = await sendRaw(port, `GET http://evil.test/ HTTP/1.1\r\n${host}\r\n`);
    assert.equal(statusOf(foreign), 421);
    assert.equal(await sendRaw(port, `CONNECT 127.0.0.1:22 HTTP/1.1\r\n${host}\r\n`), '');
    assert.deepEqual(service.seen(), []);
  });

  for (const name of [
    '',
    'a@127.0.0.1',
    '127.0.0.1/x',
    '127.0.0.1:999999',
    'localhost.',
    '0x7f.1',
    '127.1',
    '2130706433',
    '[::1',
    'a b',
  ]) {
    test(`a host spelled "${name}" is refused`, async () => {
      const answer = await sendRaw(port, `GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`);
      assert.ok([400, 421].includes(statusOf(answer)), answer);
    });
  }

  test('paths that are no addresses reach the service as they are, and lead nobody to another host', async () => {
    const page = 'Accept: text/html\r\n';
    for (const path of [
      '//',
      '//[',
      '//evil.test:99999/x',
      '/\\evil.test',
      '//evil.test/',
      '/%2F/evil.test',
    ]) {
      service.seen();
      assert.match(await get(path, page), /\r\n\r\nfine$/, path);
      assert.ok(service.seen().join('').startsWith(`GET ${path} HTTP/1.1\r\n`), path);
      const led = await sendRaw(port, `GET ${path}?edge_token=${token} HTTP/1.1\r\n${host}${page}\r\n`);
      const location = /location: (\S*)/i.exec(led)?.[1];
      assert.equal(new URL(location!, 'http://own.test').host, 'own.test', `${path}: ${led}`);
      const wrong = await sendRaw(port, `GET ${path}?edge_token=no HTTP/1.1\r\n${host}\r\n`);
      assert.equal(codeOf(wrong), 'edge_token_invalid', path);
    }
  });

  test('a request without a host is refused', async () => {
    assert.equal(statusOf(await sendRaw(port, 'GET / HTTP/1.0\r\n\r\n')), 421);
    assert.equal(statusOf(await sendRaw(port, 'GET / HTTP/1.1\r\n\r\n')), 400);
  });

  test('a service sees no token in the address that a page came from, and answers no expectation', async () => {
    service.seen();
    const more = `Referer: http://127.0.0.1:${port}/a?edge_token=secret&b=1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n`;
    assert.match(
      await sendRaw(port, `POST / HTTP/1.1\r\n${host}${more}\r\nx`),
      /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 200 OK/,
    );
    const seen = service.seen().join('');
    assert.doesNotMatch(seen, /secret|expect/i);
    assert.match(seen, /referer: http:\/\/127\.0\.0\.1:\d+\/a\?b=1\r\n/i);
    const unasked = `GET /unasked HTTP/1.1\r\n${host}Expect: 100-continue\r\n\r\n`;
    assert.match(await sendRaw(port, unasked), /preview_unreachable/);
  });

  test('an upgrade is asked for by its whole form alone', async () => {
    service.seen();
    assert.match(await get('/', 'Upgrade: websocket\r\n'), /\r\nconnection: keep-alive\r\n/i);
    assert.doesNotMatch(service.seen().join(''), /upgrade/i);
    for (const [method, upgrade] of [
      ['POST', 'websocket'],
      ['GET', 'h2c'],
      ['GET', 'websocket, h2c'],
    ]) {
      const head = `${method} / HTTP/1.1\r\n${host}Connection: upgrade, HTTP2-Settings\r\nUpgrade: ${upgrade}\r\n\r\n`;
      assert.equal(codeOf(await sendRaw(port, head)), 'invalid_request', upgrade);
    }
    assert.deepEqual(service.seen(), []);
  });

  test('an upgrade with a body does not lead the next request into it', async () => {
    service.seen();
    const upgrade = `GET / HTTP/1.1\r\n${host}Connection: upgrade\r\nUpgrade: websocket\r\n`;
    for (const [head, body] of [
      [`Content-Length: ${smuggled.length}`, smuggled],
      ['Content-Length: 100', ''],
      ['Transfer-Encoding: chunked', chunked],
    ]) {
      const answer = await sendRaw(port, `${upgrade}${head}\r\n\r\n${body}`);
      assert.equal(codeOf(answer), 'invalid_request', head);
    }
    assert.deepEqual(service.seen(), []);
    // What comes behind the head of one that is refused is no request of its own.
    assert.match(await sendRaw(port, `${upgrade}\r\n${smuggled}`), /\r\n\r\nfine$/);
    assert.doesNotMatch(service.seen().join(''), /smuggled/);
  });
});

describe('previews over HTTP/2 of hostile services to hostile clients', { timeout: 60_000 }, () => {
  let server: TestServer;
  let service: RawService;
  let folder: string;
  let authority: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'nullspace-preview-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    execFileSync('openssl', ['req', ...kind, '-subj', '/CN=previews.test', '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    service = await startRawService(answers);
    server = await startTestServer({
      preview_domain: 'previews.test',
      preview_port: 0,
      preview_tls_cert: cert,
      preview_tls_key: key,
    });
    const id = await server.createSandbox();
    authority = (await server.call('POST', `/v1/sandboxes/${id}/host`, { port: service.port })).body.host;
  });
  after(async () => {
    await server.close();
    service.close();
    rmSync(folder, { recursive: true });
  });

  /** The status of an answer, or how its stream was ended. */
  async function ask(
    headers: Record<string, string>,
    body?: string,
  ): Promise<{ status: number | string; text: string; names: string[] }> {
    return await new Promise((resolve) => {
      const client = connect(`https://127.0.0.1:${authority.split(':')[1]}`, { rejectUnauthorized: false });
      client.on('error', () => {});
      let status: number | string = 'cut';
      let text = '';
      let names: string[] = [];
      const stream = client.request(
        { ':path': '/', ':authority': authority, ...headers },
        { endStream: body === undefined },
      );
      stream.setEncoding('utf8');
      stream.on('response', (head) => {
        status = head[':status'] ?? 'none';
        names = Object.keys(head);
      });
      stream.on('data', (piece: string) => {
        text += piece;
      });
      stream.on('error', () => {});
      stream.on('close', () => {
        client.destroy();
        resolve({ status, text, names });
      });
      if (body !== undefined) stream.end(body);
    });
  }

  test('answers that the server could not send do not end it', async () => {
    for (const path of ['/status-0', '/status-99', '/status-999', '/101'])
      assert.equal((await ask({ ':path': path })).status, 502, path);
    for (const path of ['/reason', '/neighbours', '/hints', '/chunked']) {
      const { status, text, names } = await ask({ ':path': path });
      assert.deepEqual([status, text], [200, 'ok'], path);
      assert.deepEqual(
        names.filter((name) => /^(x-secret|connection|keep-alive|upgrade|transfer-encoding)$/.test(name)),
        [],
      );
    }
    for (const path of ['/control', '/lengths', '/both', '/unasked'])
      assert.equal((await ask({ ':path': path })).status, 502, path);
  });

  test('a name of another form, and a Host beside the right one, lead nowhere else', async () => {
    service.seen();
    for (const name of ['evil.test', `a@${authority}`, `${authority}/x`, `0${authority}`, ''])
      assert.notEqual((await ask({ ':authority': name })).status, 200, name);
    assert.deepEqual(service.seen(), []);
    assert.equal((await ask({ host: 'evil.test' })).status, 200);
    assert.match(service.seen().join(''), new RegExp(`host: ${authority}\\r\\n`));
  });

  test('bodies without a length, and with a wrong one, are told apart from the next request', async () => {
    const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
    for (const headers of [{}, { 'content-length': '3' }, { 'content-length': '300' }]) {
      for (const method of ['GET', 'POST', 'DELETE']) {
        service.seen();
        await ask({ ':method': method, ...headers } as Record<string, string>, smuggled);
        for (const text of service.seen().filter((each) => each.includes('smuggled')))
          assert.ok(isFramed(text), text);
      }
    }
    assert.equal((await ask({})).text, 'fine');
  });

  test('what would be two lines in HTTP/1.1 does not get through', async () => {
    service.seen();
    const lines: Record<string, string>[] = [
      { ':path': '/a HTTP/1.1\r\nx-smuggled: 1' },
      { ':path': '/a b' },
      { 'x-a': '1\r\nx-smuggled: 1' },
      { ':method': 'GET / HTTP/1.1\r\nx-smuggled: 1\r\n' },
    ];
    for (const headers of lines) {
      const sent = await ask(headers).catch(() => ({ status: 'not sent' }));
      // A header of such a form may be left out, and the rest be served.
      if (!('x-a' in headers)) assert.notEqual(sent.status, 200, JSON.stringify(headers));
    }
    assert.doesNotMatch(service.seen().join(''), /smuggled/);
    assert.ok(
      server.logs.every((line) => !line.includes('"level":50')),
      'a failure of the server itself',
    );
  });
});
