import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import { host as proto } from '@nullspace/proto';
import { createHostClient } from '../../src/client.ts';
import type { HostService } from '../../src/host-service.ts';
import { listen } from '../../src/process/listen.ts';
import { makeSite, order } from '../fixtures/open-test-host.ts';
import { refusal } from '../fixtures/refusal.ts';

test('a client reaches the host over its socket, loses it and finds it again', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'nullspace-socket-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const socketPath = join(folder, 'host.sock');
  const client = createHostClient(socketPath);
  const away = (error: unknown) => error instanceof ConnectError && error.code === Code.Unavailable;
  await assert.rejects(client.getHost({}), away);

  const site = await makeSite(t);
  const host = await site.open();
  const serve = () => listen(host.service, { socketPath, group: process.getgid?.() });
  const first = await serve();
  assert.equal((await stat(socketPath)).mode & 0o777, 0o660);
  assert.deepEqual(await readdir(folder), ['host.sock']);
  const { instance } = await client.createInstance(order('sb_1'));
  assert.equal(instance?.state, proto.State.RUNNING);
  assert.equal((await refusal(client.getInstance({ sandboxId: 'sb_2' }))).code, 'instance_not_found');
  const stream = client.watchInstances({})[Symbol.asyncIterator]();
  assert.equal((await stream.next()).value?.message.case, 'all');
  first.close();
  first.closeAllConnections();
  await assert.rejects(stream.next());

  const second = await serve();
  t.after(() => {
    second.close();
    second.closeAllConnections();
  });
  assert.equal((await client.listInstances({})).instances.length, 1);
});

test('a socket path that the system cannot hold is refused with the bound', async () => {
  const socketPath = `/tmp/${'x'.repeat(120)}/host.sock`;
  await assert.rejects(
    listen({} as HostService, { socketPath, group: undefined }),
    /too long: 103 bytes at most/,
  );
});

test('a call that is given up or late says so, and is not taken for a host that is away', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'nullspace-socket-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const socketPath = join(folder, 'host.sock');
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(socketPath, resolve));
  t.after(() => {
    silent.close();
    silent.closeAllConnections();
  });
  const client = createHostClient(socketPath);
  const code = (expected: Code) => (error: unknown) =>
    error instanceof ConnectError && error.code === expected;
  await assert.rejects(client.getHost({}, { timeoutMs: 20 }), code(Code.DeadlineExceeded));
  const givenUp = AbortSignal.timeout(20);
  await assert.rejects(client.getHost({}, { signal: givenUp }), code(Code.Canceled));
  await assert.rejects(client.getHost({}, { signal: givenUp }), code(Code.Canceled));
  const cut = client.getHost({});
  setTimeout(() => silent.closeAllConnections(), 20);
  await assert.rejects(cut, code(Code.Unavailable));
});
