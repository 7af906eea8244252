import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { host as proto } from '@nullspace/proto';
import { callUnary } from '../../src/connect/call-unary.ts';
import { serveUnary } from '../../src/connect/serve-unary.ts';
import type { CallContext } from '../../src/connect/unary-call.ts';
import { HostError, toConnectError } from '../../src/errors.ts';

const maxBytes = 1000;
const { getInstance, assembleImage } = proto.HostService.method;
const path = `/${proto.HostService.typeName}/${getInstance.name}`;

interface Asked {
  sandboxId: string;
}

const answers = {
  async getInstance({ sandboxId }: Asked, { method }: CallContext) {
    if (sandboxId === 'absent') throw toConnectError(new HostError('instance_not_found', 'there is none'));
    if (sandboxId === 'broken') throw new Error('a secret');
    return create(proto.GetInstanceResponseSchema, { instance: { sandboxId, reason: method.name } });
  },
};

async function serve(t: TestContext, listener: RequestListener): Promise<AddressInfo> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return server.address() as AddressInfo;
}

const general = connectNodeAdapter({
  routes: (router) => router.service(proto.HostService, answers),
  readMaxBytes: maxBytes,
});

const ask = (sandboxId: string) => toBinary(getInstance.input, create(getInstance.input, { sandboxId }));

test('what it answers by hand and what it leaves to others is answered as the general handler does', async (t) => {
  let left = 0;
  const others: RequestListener = (...call) => {
    left += 1;
    general(...call);
  };
  const byHand = await serve(t, serveUnary(proto.HostService, answers, { maxBytes, others }));
  const reference = await serve(t, general);
  const plain = { 'content-type': 'application/proto' };
  const cases: { name: string; init: RequestInit; to?: string; left: boolean }[] = [
    { name: 'an answer', init: { body: ask('sb_1'), headers: plain }, left: false },
    {
      name: 'a time',
      init: { body: ask('sb_1'), headers: { ...plain, 'connect-timeout-ms': '9000' } },
      left: false,
    },
    { name: 'a refusal', init: { body: ask('absent'), headers: plain }, left: false },
    { name: 'a failure', init: { body: ask('broken'), headers: plain }, left: false },
    { name: 'no message', init: { body: Buffer.from([0xff, 0xff]), headers: plain }, left: false },
    { name: 'an empty message', init: { body: '', headers: plain }, left: false },
    {
      name: 'a wrong time',
      init: { body: ask('sb_1'), headers: { ...plain, 'connect-timeout-ms': 'soon' } },
      left: true,
    },
    { name: 'too much', init: { body: ask('x'.repeat(maxBytes)), headers: plain }, left: true },
    {
      name: 'JSON',
      init: { body: '{"sandboxId":"sb_1"}', headers: { 'content-type': 'application/json' } },
      left: true,
    },
    {
      name: 'a compressed answer',
      init: { body: ask('sb_1'), headers: { ...plain, 'accept-encoding': 'gzip' } },
      left: true,
    },
    {
      name: 'another encoding',
      init: { body: ask('sb_1'), headers: { ...plain, 'content-encoding': 'zip' } },
      left: true,
    },
    {
      name: 'another type',
      init: { body: ask('sb_1'), headers: { 'content-type': 'text/plain' } },
      left: true,
    },
    { name: 'no call', init: { body: ask('sb_1'), headers: plain }, to: '/elsewhere', left: true },
  ];
  for (const { name, init, to = path, left: leaves } of cases) {
    const before = left;
    const [own, theirs] = await Promise.all(
      [byHand, reference].map(async ({ port }) => {
        const { status, headers, bytes } = await send(port, to, init);
        return { status, type: headers['content-type'], length: headers['content-length'], bytes };
      }),
    );
    assert.deepEqual(own, theirs, name);
    assert.equal(left > before, leaves, name);
  }
});

async function send(port: number, to: string, { body, headers }: RequestInit) {
  const call = request({ host: '127.0.0.1', port, path: to, method: 'POST', headers: headers as never });
  const bytes = Buffer.from(body as Uint8Array);
  call.setHeader('content-length', bytes.length);
  call.end(bytes);
  const [response] = await once(call, 'response');
  const chunks: Buffer[] = await response.toArray();
  return {
    status: response.statusCode as number,
    headers: response.headers as Record<string, string | undefined>,
    bytes: Buffer.concat(chunks).toString('latin1'),
  };
}

test('the signal of a call aborts when its caller goes and when its time is over', async (t) => {
  const signals: AbortSignal[] = [];
  const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const waiting = {
    async assembleImage(_: unknown, { signal }: CallContext) {
      begun[signals.push(signal) - 1]!.resolve();
      await once(signal, 'abort');
      throw signal.reason;
    },
  };
  const others = () => assert.fail('nothing is left to others');
  const { address: host, port } = await serve(
    t,
    serveUnary(proto.HostService, waiting, { maxBytes, others }),
  );
  const target = { host, port, token: '', agent: undefined as never, maxBytes };
  const going = new AbortController();
  const gone = callUnary(target, assembleImage, {}, { signal: going.signal });
  await begun[0]!.promise;
  assert.equal(signals[0]!.aborted, false);
  going.abort();
  await assert.rejects(gone, (error) => ConnectError.from(error).code === Code.Canceled);
  if (!signals[0]!.aborted) await once(signals[0]!, 'abort');

  const headers = { 'content-type': 'application/proto', 'connect-timeout-ms': '20' };
  const { status, bytes } = await send(port, `/${proto.HostService.typeName}/${assembleImage.name}`, {
    body: '',
    headers,
  });
  assert.equal(status, 504);
  assert.match(bytes, /deadline_exceeded/);
});
