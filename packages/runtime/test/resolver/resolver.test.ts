import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { Resolver as Client } from 'node:dns/promises';
import { once } from 'node:events';
import { connect } from 'node:net';
import { it, type TestContext } from 'node:test';
import { createResolver, type ResolverOptions } from '../../src/index.ts';

/** A nameserver that answers every query with one A record. */
async function openNameserver(test: TestContext): Promise<{ name: string; asked: () => number }> {
  const socket = createSocket('udp4');
  let asked = 0;
  socket.on('message', (query, from) => {
    asked += 1;
    const answer = Buffer.concat([query.subarray(0, query.indexOf(0, 12) + 5), RECORD]);
    answer[2] = 0x84;
    answer.fill(0, 6, 12);
    answer.writeUInt16BE(1, 6);
    socket.send(answer, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  test.after(() => socket.close());
  return { name: `127.0.0.1:${socket.address().port}`, asked: () => asked };
}

/** The name of the question, A, IN, 60 s, 4 bytes: 198.51.100.7. */
const RECORD = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 198, 51, 100, 7]);

async function openResolver(test: TestContext, options: Partial<ResolverOptions>) {
  const resolver = await createResolver({
    address: '127.0.0.1',
    port: 0,
    mayResolve: () => true,
    ...options,
  });
  test.after(async () => await resolver.close());
  const client = new Client({ timeout: 30_000, tries: 1 });
  client.setServers([`127.0.0.1:${resolver.port}`]);
  return { resolver, client };
}

it('forwards a lookup, to the next nameserver when one does not answer', async (test) => {
  const silent = createSocket('udp4');
  silent.bind(0, '127.0.0.1');
  await once(silent, 'listening');
  test.after(() => silent.close());
  const { name } = await openNameserver(test);
  const nameservers = [`127.0.0.1:${silent.address().port}`, name];
  const { client } = await openResolver(test, { nameservers, timeoutMs: 1000 });
  assert.deepEqual(await client.resolve4('example.com'), ['198.51.100.7']);
});

it('refuses guests that may not look names up', async (test) => {
  const { name, asked } = await openNameserver(test);
  const { client } = await openResolver(test, { nameservers: [name], mayResolve: () => false });
  await assert.rejects(client.resolve4('example.com'), { code: 'EREFUSED' });
  assert.equal(asked(), 0);
});

it('answers reverse names of private addresses and names without a dot itself', async (test) => {
  const { name, asked } = await openNameserver(test);
  const { client } = await openResolver(test, { nameservers: [name] });
  for (const address of ['10.200.0.2', '172.16.3.4', '192.168.1.1', '169.254.1.1', '100.64.0.1']) {
    await assert.rejects(client.reverse(address), { code: 'ENOTFOUND' });
  }
  await assert.rejects(client.resolve4('printer'), { code: 'ENOTFOUND' });
  assert.equal(asked(), 0);
});

it('says that it failed when no nameserver answers', async (test) => {
  const closed = createSocket('udp4');
  closed.bind(0, '127.0.0.1');
  await once(closed, 'listening');
  const { port } = closed.address();
  closed.close();
  const { client } = await openResolver(test, { nameservers: [`127.0.0.1:${port}`], timeoutMs: 200 });
  await assert.rejects(client.resolve4('example.com'), { code: 'ESERVFAIL' });
});

it('outlives messages that are no queries', async (test) => {
  const { name } = await openNameserver(test);
  const { resolver, client } = await openResolver(test, { nameservers: [name] });
  const socket = createSocket('udp4');
  test.after(() => socket.close());
  const pointer = Buffer.alloc(40);
  pointer.writeUInt16BE(1, 4);
  pointer.writeUInt16BE(0xc00c, 12);
  const endless = Buffer.alloc(600, 63);
  endless.writeUInt16BE(1, 4);
  endless[2] = 1;
  const response = Buffer.alloc(20, 0xff);
  for (const message of [Buffer.alloc(0), Buffer.alloc(11), pointer, endless, response, Buffer.alloc(9000)]) {
    socket.send(message, resolver.port, '127.0.0.1');
  }
  const stream = connect(resolver.port, '127.0.0.1');
  stream.write(Buffer.from([0xff, 0xff, 1, 2, 3]));
  stream.on('error', () => {});
  await once(stream, 'close');
  assert.deepEqual(await client.resolve4('example.com'), ['198.51.100.7']);
});

it('answers over TCP as well', async (test) => {
  const { resolver } = await openResolver(test, { mayResolve: () => false });
  const stream = connect(resolver.port, '127.0.0.1');
  test.after(() => stream.destroy());
  const query = Buffer.from('0007010000010000000000000161016200000100010', 'hex');
  const length = Buffer.from([0, query.length]);
  // In two pieces, as a network may deliver it.
  stream.write(Buffer.concat([length, query.subarray(0, 5)]));
  stream.write(query.subarray(5));
  const [answer] = (await once(stream, 'data')) as [Buffer];
  assert.equal(answer.readUInt16BE(2), 7);
  assert.equal(answer[5]! & 0x0f, 5);
});
