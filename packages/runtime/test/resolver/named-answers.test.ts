import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { Resolver as Client } from 'node:dns/promises';
import { once } from 'node:events';
import { it, type TestContext } from 'node:test';
import dns from 'dns-packet';
import type { LookupGate } from '../../src/index.ts';
import { createResolver } from '../../src/index.ts';

/** A nameserver with these answers for every question, a resolver in front of it that pins, and a client. */
async function openNamed(test: TestContext, answers: dns.Answer[] | Buffer, gate: Partial<LookupGate> = {}) {
  const socket = createSocket('udp4');
  let asked = 0;
  socket.on('message', (message, from) => {
    asked += 1;
    const query = dns.decode(message);
    const flags = dns.AUTHORITATIVE_ANSWER;
    const reply = Buffer.isBuffer(answers)
      ? Buffer.concat([message.subarray(0, 2), answers])
      : dns.encode({ type: 'response', id: query.id, flags, questions: query.questions, answers });
    socket.send(reply, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  test.after(() => socket.close());
  const pinned: unknown[] = [];
  const refused: string[] = [];
  const resolver = await createResolver({
    address: '127.0.0.1',
    port: 0,
    mayResolve: () => true,
    nameservers: [`127.0.0.1:${socket.address().port}`],
    lookups: {
      decide: (_guest, name) => (name.endsWith('.test') ? 'pin' : 'refuse'),
      async pin(_guest, name, answer) {
        pinned.push([name, answer]);
        return answer;
      },
      refused: (_guest, name) => void refused.push(name),
      ...gate,
    },
  });
  test.after(async () => await resolver.close());
  const client = new Client({ timeout: 30_000, tries: 1 });
  client.setServers([`127.0.0.1:${resolver.port}`]);
  return { client, pinned, refused, asked: () => asked };
}

const a = (name: string, data: string, ttl = 300): dns.Answer => ({ type: 'A', name, data, ttl });
const alias = (name: string, data: string, ttl = 300): dns.Answer => ({ type: 'CNAME', name, data, ttl });

it('pins the addresses of an allowed name, and tells them', async (test) => {
  const { client, pinned } = await openNamed(test, [a('api.test', '1.1.1.1'), a('API.test', '1.1.1.2', 20)]);
  assert.deepEqual(await client.resolve4('Api.test'), ['1.1.1.1', '1.1.1.2']);
  assert.deepEqual(pinned, [['api.test', { addresses: ['1.1.1.1', '1.1.1.2'], ttl: 20 }]]);
});

it('follows aliases, and takes no address of a name beside them', async (test) => {
  const answers = [
    a('evil.test', '6.6.6.6'),
    a('cdn.net', '1.1.1.1', 90),
    alias('www.test', 'www.cdn.net', 30),
    alias('www.cdn.net', 'CDN.net'),
  ];
  const { client, pinned } = await openNamed(test, answers);
  assert.deepEqual(await client.resolve4('www.test', { ttl: true }), [{ address: '1.1.1.1', ttl: 30 }]);
  assert.deepEqual(pinned, [['www.test', { addresses: ['1.1.1.1'], ttl: 30 }]]);
});

it('answers an allowed name without what it may not reach', async (test) => {
  const pin: LookupGate['pin'] = async (_guest, _name, { ttl }) => ({ addresses: [], ttl });
  const { client } = await openNamed(test, [a('api.test', '10.0.0.1')], { pin });
  await assert.rejects(client.resolve4('api.test'), { code: 'ENOTFOUND' });
});

it('does not ask for other names', async (test) => {
  const { client, refused, asked } = await openNamed(test, [a('evil.com', '1.1.1.1')]);
  await assert.rejects(client.resolve4('evil.com'), { code: 'ENOTFOUND' });
  await assert.rejects(client.resolveTxt('secret.evil.com'), { code: 'ENOTFOUND' });
  assert.deepEqual(refused, ['evil.com', 'secret.evil.com']);
  assert.equal(asked(), 0);
});

it('tells of an allowed name no other addresses and no keys', async (test) => {
  const { client, asked } = await openNamed(test, [a('api.test', '1.1.1.1')]);
  await assert.rejects(client.resolve6('api.test'), { code: 'ENODATA' });
  await assert.rejects(client.resolveAny('api.test'), { code: 'ENODATA' });
  assert.equal(asked(), 0);
});

it('passes other records of an allowed name on', async (test) => {
  const { client } = await openNamed(test, [{ type: 'TXT', name: 'api.test', ttl: 5, data: 'text' }]);
  assert.deepEqual(await client.resolveTxt('api.test'), [['text']]);
});

it('tells nothing that it cannot read', async (test) => {
  const loop = [alias('api.test', 'b.test'), alias('b.test', 'api.test')];
  for (const answers of [loop, [a('other.test', '1.1.1.1')], []]) {
    const { client, pinned } = await openNamed(test, answers);
    await assert.rejects(client.resolve4('api.test'), { code: 'ENODATA' });
    assert.deepEqual(pinned, []);
  }
  // One answer is promised, and a name that points at itself comes.
  const head = Buffer.from([0x84, 0x80, 0, 0, 0, 1, 0, 0, 0, 0]);
  const { client, pinned } = await openNamed(
    test,
    Buffer.concat([head, Buffer.from([0xc0, 12, 0, 1, 0, 1])]),
  );
  await assert.rejects(client.resolve4('api.test'), { code: 'ENODATA' });
  assert.deepEqual(pinned, []);
});
