import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { host } from '@nullspace/proto';
import { expectError } from '../fixtures/expect-error.ts';
import { hostRefusal } from '../fixtures/host-refusal.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';

describe('forking a sandbox', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ tenant_max_sandboxes: 60 });
  });
  after(() => server.close());
  afterEach(() => {
    server.host.failChild = () => undefined;
    server.host.onCall = () => undefined;
  });
  const fork = (id: string, body?: object, key?: string) =>
    server.call('POST', `/v1/sandboxes/${id}/fork`, body, {
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });
  const get = (id: string) => server.call('GET', `/v1/sandboxes/${id}`);

  test('without a count answers with the child, which is a sandbox of its own', async () => {
    const id = await server.createSandbox({ metadata: { team: 'red' }, timeout_ms: 60_000, memory_mb: 256 });
    const answer = await fork(id);
    assert.equal(answer.status, 201, answer.text);
    const { body } = answer;
    assert.notEqual(body.id, id);
    assert.deepEqual(
      [body.status, body.metadata, body.timeout_ms, body.config.memory_mb],
      ['running', { team: 'red' }, 60_000, 256],
    );
    assert.deepEqual((await get(body.id)).body, body);
    const run = await server.call('POST', `/v1/sandboxes/${body.id}/exec`, { command: 'echo', args: ['x'] });
    assert.equal(run.body.stdout, 'x\n');
    await server.call('DELETE', `/v1/sandboxes/${body.id}`);
    assert.equal((await get(id)).body.status, 'running');
    const [tenant] = await server.store.listTenants();
    const filter = { tenantId: tenant!.id, operation: 'fork' as const, targetSandboxId: body.id };
    const events = await server.store.listEvents(filter, { order: 'asc', offset: 0, limit: 10 });
    assert.deepEqual(
      events.map(({ status, sourceSandboxId }) => [status, sourceSandboxId]),
      [
        ['requested', id],
        ['succeeded', id],
      ],
    );
  });

  test('with a count answers one result a child, and tells of each that failed', async () => {
    const id = await server.createSandbox();
    let asked = 0;
    server.host.failChild = () => (asked++ % 2 === 0 ? undefined : 'capacity_exceeded');
    const answer = await fork(id, { count: 5 });
    assert.equal(answer.status, 201);
    const { items } = answer.body as { items: { sandbox?: { id: string }; error?: { code: string } }[] };
    assert.equal(items.length, 5);
    const came = items.flatMap(({ sandbox }) => (sandbox ? [sandbox.id] : []));
    assert.equal(came.length, 3);
    for (const child of came) assert.equal((await get(child)).body.status, 'running');
    const failed = items.flatMap(({ error }) => (error ? [error.code] : []));
    assert.deepEqual(failed, ['capacity_exceeded', 'capacity_exceeded']);
  });

  test('a count of one is answered as a list', async () => {
    const id = await server.createSandbox();
    const { body } = await fork(id, { count: 1 });
    assert.equal(body.items.length, 1);
    assert.equal(body.items[0].sandbox.status, 'running');
  });

  test('when no child comes up the first failure is the answer', async () => {
    const id = await server.createSandbox();
    server.host.failChild = () => 'capacity_exceeded';
    expectError(await fork(id, { count: 3 }), 'capacity_exceeded');
    expectError(await fork(id), 'capacity_exceeded');
    server.host.failChild = () => undefined;
    server.host.onCall = (name) => {
      if (name === 'forkInstance') throw hostRefusal('disk_full', '', 9n);
    };
    expectError(await fork(id), 'disk_full', [/9 bytes/]);
    assert.equal((await get(id)).body.status, 'running');
  });

  test('more children than the tenant may have are refused whole', async () => {
    const id = await server.createSandbox();
    const before = await server.store.countLive();
    expectError(await fork(id, { count: 60 }), 'quota_exceeded', [/60/]);
    assert.equal(await server.store.countLive(), before);
  });

  test('a repeated request with the same key gets the same children', async () => {
    const id = await server.createSandbox();
    for (const body of [undefined, { count: 2 }]) {
      const first = await fork(id, body, `f${body?.count}`);
      const again = await fork(id, body, `f${body?.count}`);
      assert.equal(first.status, 201, first.text);
      assert.equal(again.text, first.text);
    }
  });

  // What has ended is forgotten a moment later.
  const running = () =>
    [...server.host.instances.values()].filter(({ state }) => state === host.State.RUNNING).length;

  test('children whose server died before it could answer are found again by the repetition', async () => {
    const id = await server.createSandbox();
    for (const count of [undefined, 2]) {
      const key = `died-${count}`;
      const body = count === undefined ? undefined : { count };
      const stuck = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      server.host.onAnswer = (name) => {
        if (name !== 'forkInstance') return;
        stuck.resolve();
        return released.promise;
      };
      const lost = fork(id, body, key).catch(() => undefined);
      await stuck.promise;
      server.host.onAnswer = () => undefined;
      const before = running();
      await server.restart();
      released.resolve();
      await lost;
      let answer = await fork(id, body, key);
      while (answer.body.code?.startsWith('transition')) answer = await fork(id, body, key);
      assert.equal(answer.status, 201, answer.text);
      assert.equal(running(), before);
      const children =
        count === undefined
          ? [answer.body]
          : answer.body.items.map((item: { sandbox: { id: string } }) => item.sandbox);
      for (const child of children) assert.equal((await get(child.id)).body.status, 'running');
    }
  });

  test('a source that ends meanwhile is told as its end, and no child stays', async () => {
    const id = await server.createSandbox();
    server.host.onCall = async (name) => {
      if (name !== 'forkInstance') return;
      server.host.onCall = () => undefined;
      await server.call('DELETE', `/v1/sandboxes/${id}`);
    };
    const before = await server.store.countLive();
    expectError(await fork(id), 'sandbox_not_found', [/manual/]);
    await until(async () => (await server.store.countLive()) === before - 1);
  });
});
