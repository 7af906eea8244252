import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { host } from '@nullspace/proto';
import { expectError } from '../fixtures/expect-error.ts';
import { hostRefusal } from '../fixtures/host-refusal.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';

describe('resuming a paused sandbox', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());
  afterEach(() => {
    server.host.onCall = () => undefined;
    server.host.refuseForget = false;
    server.host.comeBack();
  });
  const get = (id: string) => server.call('GET', `/v1/sandboxes/${id}`);
  const resume = (snapshotId: string) => server.call('POST', `/v1/sandboxes/${snapshotId}/resume`);
  async function pauseNew(body: object = {}): Promise<{ id: string; snapshotId: string }> {
    const id = await server.createSandbox(body);
    const answer = await server.call('POST', `/v1/sandboxes/${id}/hibernate`);
    assert.equal(answer.status, 200, answer.text);
    return { id, snapshotId: answer.body.id };
  }
  const newIdOf = (request: unknown) => (request as { sandboxId: string }).sandboxId;

  test('gives a new id; the old one leads to it and cannot end it', async () => {
    const { id, snapshotId } = await pauseNew({ metadata: { team: 'red' }, timeout_ms: 60_000 });
    const before = Date.now();
    const resumed = await resume(snapshotId);
    assert.equal(resumed.status, 200, resumed.text);
    const { body } = resumed;
    assert.notEqual(body.id, id);
    assert.deepEqual(
      [body.status, body.snapshot_id, body.status_reason, body.metadata, body.timeout_ms],
      ['running', null, null, { team: 'red' }, 60_000],
    );
    assert.ok(Date.parse(body.timeout_at) >= before + 60_000);
    assert.deepEqual((await get(id)).body, body);
    const run = await server.call('POST', `/v1/sandboxes/${id}/exec`, { command: 'echo', args: ['hi'] });
    assert.equal(run.body.stdout, 'hi\n');
    const listed = (await server.call('GET', '/v1/sandboxes')).body.items.map(
      (item: { id: string }) => item.id,
    );
    assert.ok(listed.includes(body.id) && !listed.includes(id));
    expectError(await server.call('DELETE', `/v1/sandboxes/${id}`), 'sandbox_not_found');
    assert.equal((await get(body.id)).body.status, 'running');
    await until(() => !server.host.instances.has(id) && !server.host.snapshots.all.has(snapshotId));
    expectError(await server.call('GET', `/v1/snapshots/${snapshotId}`), 'snapshot_not_found', [/resumed/]);
  });

  test('ten at once get the same sandbox, and so does whoever comes late', async () => {
    const { snapshotId } = await pauseNew();
    const running = server.host.instances.size;
    const answers = await Promise.all(Array.from({ length: 10 }, () => resume(snapshotId)));
    answers.push(await resume(snapshotId));
    assert.equal(
      new Set(answers.map(({ text }) => text)).size,
      1,
      answers.map(({ text }) => text).join('\n'),
    );
    assert.equal(answers[0]!.status, 200);
    await until(() => server.host.instances.size === running);
  });

  test('leads from an old pause to the newest', async () => {
    const first = await pauseNew();
    const second = (await resume(first.snapshotId)).body.id;
    const again = await server.call('POST', `/v1/sandboxes/${first.id}/hibernate`);
    assert.equal(again.body.sandbox_id, second);
    assert.notEqual(again.body.id, first.snapshotId);
    assert.equal((await get(first.id)).body.snapshot_id, again.body.id);
    const third = await resume(first.snapshotId);
    assert.equal(third.body.status, 'running');
    assert.equal((await get(first.id)).body.id, third.body.id);
    assert.equal((await get(second)).body.id, third.body.id);
    await server.call('DELETE', `/v1/sandboxes/${third.body.id}`);
    for (const snapshotId of [first.snapshotId, again.body.id]) {
      expectError(await resume(snapshotId), 'sandbox_not_found', [/manual/]);
    }
    expectError(await get(first.id), 'sandbox_not_found', [/manual/]);
  });

  for (const [refusal, code, field] of [
    ['capacity_exceeded', 'capacity_exceeded', ''],
    ['snapshot_corrupt', 'snapshot_corrupt', 'pages.img'],
    ['incompatible_snapshot', 'incompatible_snapshot', 'cpu_features'],
    ['rebuild_required', 'rebuild_required', 'engine_build'],
    ['start_failed', 'create_failed', ''],
  ] as const) {
    test(`a host that refuses with ${refusal} leaves it paused and resumable`, async () => {
      const { id, snapshotId } = await pauseNew();
      server.host.onCall = (name) => {
        if (name === 'createInstance') throw hostRefusal(refusal, field);
      };
      const refused = await resume(snapshotId);
      expectError(refused, code, field ? [new RegExp(field)] : []);
      if (code !== 'create_failed' && field) {
        assert.equal(refused.body.error.details.snapshot_id, snapshotId);
      }
      assert.equal((await get(id)).body.status, 'paused');
      server.host.onCall = () => undefined;
      assert.equal((await resume(snapshotId)).body.status, 'running');
    });
  }

  test('a tenant without room for another is refused, and it stays paused', async () => {
    const small = await startTestServer({ tenant_max_sandboxes: 1 });
    try {
      const id = await small.createSandbox();
      const { body } = await small.call('POST', `/v1/sandboxes/${id}/hibernate`);
      const other = await small.createSandbox();
      expectError(await small.call('POST', `/v1/sandboxes/${body.id}/resume`), 'quota_exceeded', [/1/]);
      await small.call('DELETE', `/v1/sandboxes/${other}`);
      assert.equal((await small.call('POST', `/v1/sandboxes/${body.id}/resume`)).status, 200);
    } finally {
      await small.close();
    }
  });

  test('a delete against a resume: either it is gone, or it runs under its new id', async () => {
    for (let round = 0; round < 20; round++) {
      const { id, snapshotId } = await pauseNew();
      const [ended, resumed] = await Promise.all([
        server.call('DELETE', `/v1/sandboxes/${id}`),
        resume(snapshotId),
      ]);
      if (resumed.status === 200) {
        expectError(ended, 'sandbox_not_found');
        assert.equal((await get(id)).body.id, resumed.body.id);
      } else {
        assert.equal(ended.status, 204);
        expectError(resumed, 'sandbox_not_found');
      }
    }
  });

  test('a server that died before the host was asked leaves it paused, and the next resume works', async () => {
    const { id, snapshotId } = await pauseNew();
    await server.store.beginResume({ sandboxId: id, newId: 'sb_never1', snapshotId, maxLive: 100 });
    await server.restart();
    await until(async () => (await server.store.findSandbox(id))?.resumingAs === null);
    assert.equal((await get(id)).body.status, 'paused');
    assert.equal((await resume(snapshotId)).body.status, 'running');
  });

  test('a server that died after the host was asked finds it running, once', async () => {
    const { id, snapshotId } = await pauseNew();
    const newId = 'sb_died2';
    await server.store.beginResume({ sandboxId: id, newId, snapshotId, maxLive: 100 });
    server.host.goAway();
    await server.host.start(
      create(host.CreateInstanceRequestSchema, { sandboxId: newId, snapshotId, timeoutMs: 60_000n }),
    );
    await server.restart();
    server.host.comeBack();
    await until(async () => (await get(id)).body.id === newId);
    assert.equal((await resume(snapshotId)).body.id, newId);
    await until(() => !server.host.instances.has(id) && !server.host.snapshots.all.has(snapshotId));
  });

  test('a resume that a host breaks off is repeated under the same id', async () => {
    const { snapshotId } = await pauseNew();
    const asked: string[] = [];
    server.host.onCall = (name, request) => {
      if (name === 'createInstance') asked.push(newIdOf(request));
    };
    server.host.afterCreate = () => {
      server.host.afterCreate = () => undefined;
      server.host.goAway();
      setTimeout(() => server.host.comeBack(), 50);
    };
    const resumed = await resume(snapshotId);
    assert.equal(resumed.status, 200, resumed.text);
    assert.deepEqual(new Set(asked), new Set([resumed.body.id]));
  });

  test('a pause that was not dropped is dropped at the next connection', async () => {
    const { id, snapshotId } = await pauseNew();
    server.host.refuseForget = true;
    const { body } = await resume(snapshotId);
    await until(() => server.host.calls.filter((name) => name === 'forgetInstances').length > 0);
    assert.ok(server.host.instances.has(id) && server.host.snapshots.all.has(snapshotId));
    server.host.refuseForget = false;
    await server.restart();
    await until(() => !server.host.instances.has(id) && !server.host.snapshots.all.has(snapshotId));
    assert.equal((await get(body.id)).body.status, 'running');
  });

  test('a paused sandbox whose snapshot the host has lost ends as lost', async () => {
    const { id, snapshotId } = await pauseNew();
    const kept = await pauseNew();
    server.host.instances.delete(id);
    server.host.instances.delete(kept.id);
    server.host.snapshots.all.delete(snapshotId);
    await server.restart();
    await until(async () => (await get(id)).body.status === 'error');
    assert.equal((await get(id)).body.status_reason, 'host_lost');
    expectError(await resume(snapshotId), 'sandbox_not_found', [/host_lost/]);
    assert.equal((await resume(kept.snapshotId)).body.status, 'running');
  });

  test('one that was damaged ends with the reason, also when it ran for a while', async () => {
    const { snapshotId } = await pauseNew();
    const { id } = (await resume(snapshotId)).body;
    server.host.end(id, { state: host.State.ERROR, reason: 'snapshot_corrupt', message: 'pages.img' });
    await until(async () => (await get(id)).body.status === 'error');
    assert.equal((await get(id)).body.status_reason, 'snapshot_corrupt');
  });

  test('another tenant can neither see nor resume nor delete it', async () => {
    const { id, snapshotId } = await pauseNew();
    const stranger = { key: await server.makeKey('stranger') };
    const path = `/v1/snapshots/${snapshotId}`;
    expectError(await server.call('GET', path, undefined, stranger), 'snapshot_not_found');
    expectError(await server.call('DELETE', path, undefined, stranger), 'snapshot_not_found');
    const touch = (method: string, what: string) =>
      server.call(method, `/v1/sandboxes/${what}`, undefined, stranger);
    expectError(await touch('POST', `${snapshotId}/resume`), 'snapshot_not_found');
    expectError(await touch('POST', `${id}/hibernate`), 'sandbox_not_found');
    expectError(await touch('DELETE', id), 'sandbox_not_found');
    const { body } = await resume(snapshotId);
    expectError(await touch('GET', id), 'sandbox_not_found');
    for (const call of ['fork', 'snapshots', 'hibernate']) {
      expectError(await touch('POST', `${body.id}/${call}`), 'sandbox_not_found');
    }
    assert.deepEqual((await server.call('GET', '/v1/snapshots', undefined, stranger)).body, []);
  });
});
