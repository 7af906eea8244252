import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { guest } from '@nullspace/proto';
import { createAgents } from '../../src/agent/connect-agents.ts';

type Message = { guard: string; pid: number; command: string; atUnixMs: bigint; message?: string };

/** Address of an agent whose guards tell these messages. */
async function serveKills(t: TestContext, messages: Message[]): Promise<string> {
  const adapter = connectNodeAdapter({
    routes: (router) =>
      router.service(guest.GuestService, {
        async *watchGuard(_request, { requestHeader }) {
          assert.equal(requestHeader.get('authorization'), 'Bearer secret');
          yield* messages;
        },
      }),
  });
  const server = createServer(adapter).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function read(address: string) {
  const { signal } = new AbortController();
  return await Array.fromAsync(createAgents().watchGuard({ address, token: 'secret' }, signal));
}

test('kills are read with their command on one short line', async (t) => {
  const address = await serveKills(t, [
    { guard: 'memory', pid: 3, command: `a\nb${'c'.repeat(1000)}`, atUnixMs: 5n },
  ]);
  const [kill] = await read(address);
  assert.deepEqual(kill, { guard: 'memory', pid: 3, command: `a b${'c'.repeat(297)}…`, atUnixMs: 5 });
});

test('a guard that there is not ends the stream', async (t) => {
  const address = await serveKills(t, [{ guard: 'x', pid: 3, command: 'a', atUnixMs: 5n }]);
  await assert.rejects(read(address), /a guard that there is not/);
});

test('a message that is too large ends the stream', async (t) => {
  const message = 'm'.repeat(100_000);
  const address = await serveKills(t, [{ guard: 'memory', pid: 3, command: 'a', atUnixMs: 5n, message }]);
  await assert.rejects(read(address));
});
