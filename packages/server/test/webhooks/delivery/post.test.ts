import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, beforeEach, describe, test } from 'node:test';
import { post } from '../../../src/webhooks/delivery/post.ts';
import { createAddressRules } from '../../../src/webhooks/target/address-rules.ts';
import type { ResolveName } from '../../../src/webhooks/target/resolve-name.ts';
import { Receiver } from '../fixtures/receiver.ts';

const guest_range = '10.200.0.0/16';
const loopback = createAddressRules({ webhook_allow_ranges: '127.0.0.0/8', guest_range });
const strict = createAddressRules({ webhook_allow_ranges: '', guest_range });
const noNames: ResolveName = async () => [];

describe('post', () => {
  let receiver: Receiver;
  before(async () => {
    receiver = await new Receiver().listen();
  });
  beforeEach(() => {
    receiver.received.length = 0;
    receiver.answer = (_call, response) => response.writeHead(204).end();
  });
  after(() => receiver.close());

  const call = (
    url: string,
    { rules = loopback, resolve = noNames, timeoutMs = 5000, signal = new AbortController().signal } = {},
  ) =>
    post(new URL(url), { body: '{"a":"ä"}', headers: { 'x-one': '1' }, timeoutMs, rules, resolve, signal });

  test('sends body and headers, and takes every 2xx as delivered', async () => {
    for (const status of [200, 201, 204, 299]) {
      receiver.answer = (_call, response) => response.writeHead(status).end();
      assert.deepEqual(await call(receiver.url), { responseStatus: status, error: null });
    }
    const [first] = receiver.received;
    assert.equal(first?.body, '{"a":"ä"}');
    assert.equal(first?.headers['x-one'], '1');
    assert.equal(first?.headers['content-length'], '10');
  });

  test('does not follow a redirect', async () => {
    receiver.answer = (_call, response) => response.writeHead(307, { location: '/elsewhere' }).end();
    const result = await call(receiver.url);
    assert.deepEqual([result.responseStatus, result.error?.code], [307, 'redirect_refused']);
    assert.deepEqual(
      receiver.received.map(({ path }) => path),
      ['/hook'],
    );
  });

  test('says what failed', async () => {
    receiver.answer = (_call, response) => response.writeHead(503).end();
    assert.deepEqual(await call(receiver.url), {
      responseStatus: 503,
      error: { code: 'bad_status', message: 'The receiver answered 503' },
    });
    receiver.answer = (_call, response) => response.socket?.destroy();
    assert.equal((await call(receiver.url)).error?.code, 'connection_failed');
    const gone = await new Receiver().listen();
    const { url } = gone;
    await gone.close();
    const refused = await call(url);
    assert.equal(refused.error?.code, 'connection_failed');
    assert.match(refused.error?.message ?? '', /ECONNREFUSED/);
    assert.equal((await call(receiver.url.replace('http:', 'https:'))).error?.code, 'connection_failed');
    assert.equal((await call('http://name.invalid/')).error?.code, 'name_not_found');
  });

  test('gives up a receiver that does not answer, and one that never ends its headers', async () => {
    receiver.answer = () => undefined;
    assert.equal((await call(receiver.url, { timeoutMs: 100 })).error?.code, 'timeout');
    const dribbling = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x-more: 1\r\n'), 10);
      socket.once('close', () => clearInterval(timer));
    });
    await new Promise<void>((resolve) => dribbling.listen(0, '127.0.0.1', resolve));
    const { port } = dribbling.address() as { port: number };
    const result = await call(`http://127.0.0.1:${port}/`, { timeoutMs: 300 });
    assert.equal(result.error?.code, 'timeout');
    await new Promise((resolve) => dribbling.close(resolve));
  });

  test('gives up a name server that does not answer', async () => {
    const resolve: ResolveName = () => new Promise(() => undefined);
    assert.equal((await call('http://slow.example/', { resolve, timeoutMs: 100 })).error?.code, 'timeout');
  });

  test('takes a status alone, however large the answer is', async () => {
    receiver.answer = (_call, response) => {
      response.on('error', () => undefined).writeHead(200);
      const more = () => {
        while (response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', more);
      more();
    };
    assert.deepEqual(await call(receiver.url), { responseStatus: 200, error: null });
  });

  test('rejects when it is cut off', async () => {
    receiver.answer = () => undefined;
    const cut = new AbortController();
    const calling = call(receiver.url, { signal: cut.signal });
    await receiver.find(() => true);
    cut.abort();
    await assert.rejects(calling);
  });

  test('calls no address that is not public, however it is written', async () => {
    const { port } = receiver;
    for (const host of [
      '127.0.0.1',
      '127.1',
      '2130706433',
      '0x7f.0.0.1',
      '0177.0.0.1',
      '[::ffff:127.0.0.1]',
      '0',
    ]) {
      const { error } = await call(`http://${host}:${port}/`, { rules: strict });
      assert.equal(error?.code, 'target_refused', host);
    }
    assert.deepEqual(receiver.received, []);
  });

  test('calls no name of which one address is not public', async () => {
    const resolve: ResolveName = async () => ['8.8.8.8', '127.0.0.1'];
    const { error } = await call(`http://mixed.example:${receiver.port}/`, { rules: strict, resolve });
    assert.deepEqual(error, {
      code: 'target_refused',
      message: 'The name mixed.example leads to an address that is not public',
    });
    assert.deepEqual(receiver.received, []);
  });

  test('connects to the address that was judged, whatever the name leads to the next moment', async () => {
    let asked = 0;
    const resolve: ResolveName = async () => (asked++ === 0 ? ['127.0.0.2'] : ['127.0.0.1']);
    const only = createAddressRules({ webhook_allow_ranges: '127.0.0.2/32', guest_range });
    // Nothing listens on 127.0.0.2: had the name been looked up again, the receiver would have been called.
    const first = await call(`http://rebound.example:${receiver.port}/`, { rules: only, resolve });
    assert.equal(first.error?.code, 'connection_failed');
    assert.equal(asked, 1);
    const second = await call(`http://rebound.example:${receiver.port}/`, { rules: only, resolve });
    assert.equal(second.error?.code, 'target_refused');
    assert.deepEqual(receiver.received, []);
  });

  test('keeps the name in the call', async () => {
    const resolve: ResolveName = async () => ['127.0.0.1'];
    await call(`http://named.example:${receiver.port}/hook`, { resolve });
    assert.equal(receiver.received[0]?.headers.host, `named.example:${receiver.port}`);
  });
});
