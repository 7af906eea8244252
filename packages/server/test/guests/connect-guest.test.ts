import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import { connectGuest, type GuestConnection } from '../../src/guests/connect-guest.ts';
import { flood, startHostileAgent } from '../fixtures/hostile-agent.ts';

const target = { path: '/x', user: '' };

// One call of the Connect protocol's streams: no flags, no bytes.
const emptyMessages = Buffer.alloc(5 * 1000);

async function* chunks() {
  yield Buffer.from('x');
}

async function* pieces() {
  yield { options: { target: { path: '/x', user: '' } } };
  yield { data: Buffer.from('x') };
}

const calls: Record<string, (guest: GuestConnection, signal: AbortSignal) => Promise<unknown>> = {
  run: (guest, signal) => guest.run({ command: {} }, { signal }),
  readOutput: (guest, signal) => guest.readOutput({ pid: 1 }, { signal }),
  metrics: (guest, signal) => guest.unary.metrics({}, { signal }),
  listProcesses: (guest, signal) => guest.listProcesses(signal),
  listDirectory: (guest, signal) => guest.listDirectory({ target: { path: '/', user: '' } }, signal),
  unpackArchive: (guest, signal) => guest.unpackArchive(pieces(), signal),
  writeContents: (guest, signal) => guest.writeContents(target, { chunks: chunks() }, signal),
};

for (const [name, call] of Object.entries(calls)) {
  test(`${name} breaks off an answer without end`, async (t) => {
    for (const contentType of ['application/proto', 'application/connect+proto']) {
      const { address } = await startHostileAgent(t, (response) =>
        flood(response, contentType, emptyMessages),
      );
      const guest = connectGuest({ address, token: 'secret' });
      t.after(() => guest.close());
      await assert.rejects(call(guest, AbortSignal.timeout(60_000)), (error: ConnectError) => {
        assert.ok(error instanceof ConnectError);
        assert.notEqual(error.code, Code.Canceled);
        return true;
      });
    }
  });

  test(`${name} does not go where it is sent to`, async (t) => {
    let visits = 0;
    const elsewhere = await startHostileAgent(t, (response) => {
      visits += 1;
      response.end();
    });
    const { address } = await startHostileAgent(t, (response) =>
      response.writeHead(307, { location: `http://${elsewhere.address}/` }).end(),
    );
    const guest = connectGuest({ address, token: 'secret' });
    t.after(() => guest.close());
    await assert.rejects(call(guest, AbortSignal.timeout(60_000)), ConnectError);
    assert.equal(visits, 0);
  });
}

test('others get their turn while an archive is sent to an agent that answers without end', async (t) => {
  const { address } = await startHostileAgent(t, (response) =>
    flood(response, 'application/connect+proto', emptyMessages),
  );
  const guest = connectGuest({ address, token: 'secret' });
  t.after(() => guest.close());
  let turns = 0;
  const others = setInterval(() => (turns += 1), 1);
  t.after(() => clearInterval(others));
  const before = process.memoryUsage().rss;
  await assert.rejects(guest.unpackArchive(pieces(), AbortSignal.timeout(60_000)), /more than one answer/);
  while (turns < 5) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(process.memoryUsage().rss - before < 256 * 1024 * 1024, 'the flood was kept in memory');
});

test('large lists are not kept at the same moment', async (t) => {
  const { address } = await startHostileAgent(t, (response) =>
    flood(response, 'application/proto', Buffer.alloc(64 * 1024)),
  );
  const guest = connectGuest({ address, token: 'secret' });
  t.after(() => guest.close());
  let most = 0;
  const watch = setInterval(() => {
    most = Math.max(most, process.memoryUsage().arrayBuffers);
  }, 1);
  t.after(() => clearInterval(watch));
  const outcomes = await Promise.allSettled(
    Array.from({ length: 12 }, () => guest.listProcesses(AbortSignal.timeout(120_000))),
  );
  for (const outcome of outcomes)
    assert.match(String((outcome as PromiseRejectedResult).reason), /more than/);
  assert.ok(most < 400 * 1024 * 1024, `${most} bytes were kept`);
});

test('a large list whose caller has left gives its place to the next', async (t) => {
  const { address } = await startHostileAgent(t, (response) => {
    response.writeHead(200, { 'content-type': 'application/proto' });
    // Never finished.
    response.write(Buffer.alloc(2 * 1024 * 1024));
  });
  const honest = await startHostileAgent(t, (response) => {
    response.writeHead(200, { 'content-type': 'application/proto' }).end();
  });
  const [guest, other] = [address, honest.address].map((to) =>
    connectGuest({ address: to, token: 'secret' }),
  );
  t.after(() => guest!.close());
  t.after(() => other!.close());
  for (let round = 0; round < 3; round++) {
    const signal = AbortSignal.timeout(100);
    const calls = Array.from({ length: 4 }, () => guest!.listProcesses(signal));
    for (const outcome of await Promise.allSettled(calls)) assert.equal(outcome.status, 'rejected');
  }
  assert.deepEqual((await other!.listProcesses(AbortSignal.timeout(60_000))).processes, []);
});

test('a refusal of contents ends the sending of what is still to come', async (t) => {
  const { address } = await startHostileAgent(t, (response) => response.writeHead(403).end('{"code":'));
  const guest = connectGuest({ address, token: 'secret' });
  t.after(() => guest.close());
  const never = new Promise<never>(() => undefined);
  async function* stalled() {
    yield Buffer.alloc(1024 * 1024);
    await never;
  }
  const signal = AbortSignal.timeout(60_000);
  await assert.rejects(guest.writeContents(target, { chunks: stalled() }, signal), {
    code: Code.PermissionDenied,
  });
  await assert.rejects(guest.readContents(target, signal), { code: Code.PermissionDenied });
});

test('contents whose sizeless parts are tiny do not keep others from their turn', async (t) => {
  const { address } = await startHostileAgent(t, (response) =>
    flood(response, 'application/octet-stream', Buffer.from('x')),
  );
  const guest = connectGuest({ address, token: 'secret' });
  t.after(() => guest.close());
  const { bytes, length } = await guest.readContents(target, AbortSignal.timeout(60_000));
  assert.equal(length, undefined);
  let parts = 0;
  bytes.on('data', () => {
    parts += 1;
  });
  const begun = performance.now();
  while (parts < 1000) await new Promise((resolve) => setTimeout(resolve, 1));
  // At most 256 come at once, and 2,000 a second after them.
  assert.ok(performance.now() - begun > 200, `${parts} parts came at once`);
  bytes.destroy();
});
