import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { GuestAgent } from '../../src/connect/guest-agent.ts';

/** A guest that answers every request, and whose connections can be waited for. */
async function startGuest(t: TestContext) {
  const taken: Socket[] = [];
  const waiting: ((socket: Socket) => void)[] = [];
  const server = createServer((socket) => {
    taken.push(socket);
    socket.on('error', () => {});
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    waiting.shift()?.(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    for (const socket of taken) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const nextConnection = () => new Promise<Socket>((resolve) => waiting.push(resolve));
  return { target: { host: '127.0.0.1', port }, taken, nextConnection };
}

async function call(agent: GuestAgent, target: { host: string; port: number }): Promise<string> {
  const [response] = (await once(get({ ...target, agent }), 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += chunk;
  return body;
}

test('a connection that was opened ahead carries the first call and the later ones', async (t) => {
  const { target, taken, nextConnection } = await startGuest(t);
  const agent = new GuestAgent();
  t.after(() => agent.destroy());
  const opened = nextConnection();
  agent.openAhead(target);
  await opened;
  assert.equal(await call(agent, target), 'ok');
  assert.equal(await call(agent, target), 'ok');
  assert.equal(taken.length, 1);
});

test('a call that comes before the connection stands takes it all the same', async (t) => {
  const { target, taken } = await startGuest(t);
  const agent = new GuestAgent();
  t.after(() => agent.destroy());
  agent.openAhead(target);
  assert.equal(await call(agent, target), 'ok');
  assert.equal(taken.length, 1);
});

for (const [name, spoil] of Object.entries({
  'that the guest closed': (socket: Socket) => socket.end(),
  'by which the guest answered unasked': (socket: Socket) =>
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlies'),
})) {
  test(`a connection ${name} is not used`, async (t) => {
    const { target, nextConnection, taken } = await startGuest(t);
    const agent = new GuestAgent();
    t.after(() => agent.destroy());
    const opened = nextConnection();
    agent.openAhead(target);
    const socket = await opened;
    spoil(socket);
    await once(socket, 'close');
    assert.equal(await call(agent, target), 'ok');
    assert.equal(taken.length, 2);
  });
}

test('a connection that no call comes by is closed, at once with all others', async (t) => {
  const { target, nextConnection } = await startGuest(t);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const agent = new GuestAgent();
  const [unused, dropped] = [nextConnection(), nextConnection()];
  agent.openAhead(target);
  const first = await unused;
  t.mock.timers.tick(5_000);
  await once(first, 'close');
  agent.openAhead(target);
  const second = await dropped;
  agent.destroy();
  await once(second, 'close');
});

test('a guest that cannot be reached fails the call alone', async (t) => {
  const agent = new GuestAgent();
  t.after(() => agent.destroy());
  const nowhere = { host: '127.0.0.1', port: 1 };
  agent.openAhead(nowhere);
  await new Promise(setImmediate);
  await assert.rejects(call(agent, nowhere), /ECONNREFUSED/);
});
