import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { type TestContext, test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { guest } from '@nullspace/proto';
import { createAgents } from '../../src/agent/connect-agents.ts';
import { GuestAgent } from '../../src/connect/guest-agent.ts';

async function listen(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    if ('closeAllConnections' in server) (server as ReturnType<typeof createServer>).closeAllConnections();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const serve = (t: TestContext, handler: Handler) => listen(t, createServer(handler));

test('configure sends everything with the token of the start', async (t) => {
  const received = Promise.withResolvers<[IncomingMessage, Buffer]>();
  const address = await serve(t, async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    received.resolve([request, Buffer.concat(chunks)]);
    response.setHeader('content-type', 'application/proto').end();
  });
  const configuration = {
    env: { A: '1' },
    imageEnv: { PATH: '/bin' },
    cwd: '',
    hostname: 'box',
    machine: { nameservers: ['10.213.255.254'], machineId: '0123456789abcdef0123456789abcdef' },
    processLimit: 256,
    memoryLimitBytes: 1 << 29,
    restored: false,
    token: 'later',
  };
  const { signal } = new AbortController();
  await createAgents().configure({ address, token: 'first' }, configuration, { timeoutMs: 15_000, signal });
  const [request, body] = await received.promise;
  assert.equal(request.headers.authorization, 'Bearer first');
  const sent = fromBinary(guest.ConfigureRequestSchema, body);
  assert.deepEqual(sent.env?.variables, { A: '1' });
  assert.equal(sent.cwd, undefined);
  assert.equal(sent.token, 'later');
  assert.equal(sent.memoryLimitBytes, BigInt(1 << 29));
});

const ofCopy = {
  env: {},
  imageEnv: {},
  cwd: '',
  hostname: 'box',
  machine: { nameservers: [], machineId: '0123456789abcdef0123456789abcdef' },
  processLimit: 256,
  memoryLimitBytes: 1 << 29,
  restored: true,
  token: 'new',
};

test('the agent of a copy is configured also when it hangs up in noticing that it is one', async (t) => {
  let calls = 0;
  const address = await serve(t, async (request, response) => {
    calls += 1;
    if (calls === 1) return void request.socket.destroy();
    for await (const _ of request);
    if (calls === 2) return void response.writeHead(401).end();
    response.setHeader('content-type', 'application/proto').end();
  });
  const { signal } = new AbortController();
  await createAgents().configure({ address, token: 'new' }, ofCopy, { timeoutMs: 15_000, signal });
  assert.equal(calls, 3);
  const fresh = { ...ofCopy, restored: false };
  calls = 0;
  const refused = createAgents().configure({ address, token: 'new' }, fresh, { timeoutMs: 15_000, signal });
  await assert.rejects(refused);
});

test('the agent of a copy is configured also when it took the new token and its answer was lost', async (t) => {
  const tokens: (string | undefined)[] = [];
  let token = 'of the original';
  const address = await serve(t, async (request, response) => {
    const bearer = request.headers.authorization?.replace('Bearer ', '');
    tokens.push(bearer);
    for await (const _ of request);
    if (tokens.length === 3) token = 'of the restore';
    if (bearer !== token) return void response.writeHead(401).end();
    if (token === 'of the restore') {
      token = 'new';
      return void request.socket.destroy();
    }
    response.setHeader('content-type', 'application/proto').end();
  });
  const { signal } = new AbortController();
  await createAgents().configure({ address, token: 'of the restore' }, ofCopy, {
    timeoutMs: 15_000,
    signal,
  });
  const restore = 'of the restore';
  assert.deepEqual(tokens, [restore, restore, restore, restore, 'new']);
});

const hostile: Record<string, Handler> = {
  'is not HTTP': (request) => void request.socket.end('\0\0garbage\r\n\r\n'),
  'is not a message': (_request, response) => {
    response.setHeader('content-type', 'application/proto').end(Buffer.alloc(100, 0xff));
  },
  'never ends': (_request, response) => {
    response.setHeader('content-type', 'application/proto');
    const more = () => {
      if (!response.destroyed) response.write(Buffer.alloc(65536), () => setImmediate(more));
    };
    more();
  },
  'is an endless error': (_request, response) => {
    response.writeHead(500, { 'content-type': 'application/json' });
    const more = () => {
      if (!response.destroyed) response.write('[[[['.repeat(10_000), () => setImmediate(more));
    };
    more();
  },
  'has endless headers': (request) => {
    request.socket.on('error', () => {});
    request.socket.write('HTTP/1.1 200 OK\r\n');
    const more = () => {
      if (!request.socket.destroyed) request.socket.write('x: y\r\n'.repeat(5000), () => setImmediate(more));
    };
    more();
  },
  'drips byte by byte': (_request, response) => {
    response.setHeader('content-type', 'application/proto');
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  },
  'never comes': () => {},
  'leads elsewhere': (_request, response) =>
    void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
};
for (const [name, handler] of Object.entries(hostile)) {
  test(`an answer that ${name} is an error in time`, async (t) => {
    const address = await serve(t, handler);
    await assert.rejects(createAgents().checkHealth({ address, token: 'x' }, 500));
  });
}

test('waiting goes on until someone listens', async (t) => {
  const probe = createTcpServer();
  const address = await listen(t, probe);
  probe.close();
  await once(probe, 'close');
  const waiting = createAgents().waitUntilListening(address, AbortSignal.timeout(30_000));
  const server = createTcpServer((socket) => socket.destroy());
  t.after(() => server.close());
  setTimeout(() => server.listen(Number(address.split(':')[1]), '127.0.0.1'), 30);
  await waiting;
});

test('waiting ends when it is given up', async () => {
  const giveUp = new AbortController();
  const waiting = createAgents().waitUntilListening('127.0.0.1:1', giveUp.signal);
  giveUp.abort(new Error('given up'));
  await assert.rejects(waiting, /given up/);
});

test('the connection by which an agent was found carries its calls', async (t) => {
  const ports: (number | undefined)[] = [];
  const address = await serve(t, async (request, response) => {
    ports.push(request.socket.remotePort);
    for await (const _ of request);
    response.setHeader('content-type', 'application/proto').end();
  });
  const { signal } = new AbortController();
  const agents = createAgents();
  const connection = await agents.waitUntilListening(address, signal);
  const port = connection?.localPort;
  const line = new GuestAgent({ idleMs: 0 });
  t.after(() => line.destroy());
  line.use(connection!);
  const options = { timeoutMs: 15_000, signal };
  await agents.configure({ address, token: 'first', line }, { ...ofCopy, restored: false }, options);
  await agents.checkHealth({ address, token: 'new', line }, 15_000);
  assert.deepEqual(ports, [port, port]);
});
