import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { host } from '@nullspace/proto';
import { expectError } from '../fixtures/expect-error.ts';
import { hostRefusal } from '../fixtures/host-refusal.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';

describe('snapshots', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());
  afterEach(() => {
    server.host.onCall = () => undefined;
    server.host.onAnswer = () => undefined;
    server.host.comeBack();
  });
  const save = (id: string, body?: object, key?: string) =>
    server.call('POST', `/v1/sandboxes/${id}/snapshots`, body, {
      headers: key === undefined ? {} : { 'idempotency-key': key },
    });
  const saveNew = async (body: object = {}): Promise<{ id: string; snapshotId: string }> => {
    const id = await server.createSandbox(body);
    const answer = await save(id);
    assert.equal(answer.status, 201, answer.text);
    return { id, snapshotId: answer.body.id };
  };
  const resume = (snapshotId: string) => server.call('POST', `/v1/sandboxes/${snapshotId}/resume`);

  test('the sandbox goes on, and each resume starts another one with what was saved', async () => {
    const { id, snapshotId } = await saveNew({
      metadata: { team: 'red' },
      vcpus: 1,
      memory_mb: 256,
      cwd: '/srv',
      timeout_ms: 70_000,
    });
    assert.equal((await server.call('GET', `/v1/sandboxes/${id}`)).body.status, 'running');
    const [first, second] = [(await resume(snapshotId)).body, (await resume(snapshotId)).body];
    assert.equal(new Set([id, first.id, second.id]).size, 3);
    assert.deepEqual(
      [first.status, first.metadata, first.config.memory_mb, first.cwd, first.timeout_ms],
      ['running', { team: 'red' }, 256, '/srv', 70_000],
    );
    assert.equal(server.host.instances.get(first.id)?.fromSnapshotId, snapshotId);
    assert.equal((await server.call('DELETE', `/v1/snapshots/${snapshotId}`)).status, 204);
    assert.ok(!server.host.snapshots.all.has(snapshotId));
    expectError(await resume(snapshotId), 'snapshot_not_found', [new RegExp(snapshotId)]);
    expectError(await server.call('DELETE', `/v1/snapshots/${snapshotId}`), 'snapshot_not_found');
    assert.equal((await server.call('GET', `/v1/sandboxes/${second.id}`)).body.status, 'running');
  });

  test('a create names one, with its own labels and deadline', async () => {
    const { snapshotId } = await saveNew({ metadata: { team: 'red' }, memory_mb: 256 });
    const answer = await server.call('POST', '/v1/sandboxes', {
      snapshot_id: snapshotId,
      timeout_ms: 50_000,
      metadata: { run: 7 },
      network: null,
      volumes: null,
      auto_resume: false,
      timeout_action: 'hibernate',
    });
    assert.equal(answer.status, 201, answer.text);
    const { body } = answer;
    assert.deepEqual(
      [body.template, body.config.memory_mb, body.metadata, body.timeout_ms, body.timeout_action],
      ['base', 256, { run: 7 }, 50_000, 'hibernate'],
    );
  });

  test('one of files alone is asked of the host as such', async () => {
    const id = await server.createSandbox();
    const { body } = await save(id, { kind: 'filesystem', metadata: { of: 'files' } });
    assert.equal(server.host.snapshots.all.get(body.id)?.kind, host.SnapshotKind.FILESYSTEM);
    const fields = 'id,kind,metadata,created_via,status,template,size_bytes,sandbox_id,created_at';
    const detail = await server.call('GET', `/v1/snapshots/${body.id}?fields=${fields}`);
    assert.deepEqual(detail.body, {
      ...body,
      kind: 'filesystem',
      created_via: 'snapshot',
      status: 'ready',
      template: 'base',
    });
    assert.deepEqual(body.metadata, { of: 'files' });
    assert.deepEqual((await server.call('GET', `/v1/snapshots/${body.id}`)).body, body);
  });

  test('lists are arrays, newest first, filtered, and pages when asked for', async () => {
    const { id, snapshotId } = await saveNew({ metadata: { list: 'a' } });
    const second = (await save(id, { metadata: { list: 'b', n: [1] } })).body.id;
    const third = (await server.call('POST', `/v1/sandboxes/${id}/hibernate`)).body.id;
    const ids = async (query: string) =>
      (await server.call('GET', `/v1/snapshots?sandbox_id=${id}${query}`)).body.map(
        (item: { id: string }) => item.id,
      );
    assert.deepEqual(new Set(await ids('')), new Set([snapshotId, second, third]));
    assert.deepEqual(await ids(`&metadata=${encodeURIComponent('{"list":"b","n":[1]}')}`), [second]);
    const page = await server.call('GET', `/v1/snapshots?sandbox_id=${id}&limit=2&fields=id`);
    assert.equal(page.body.items.length, 2);
    assert.equal(page.body.has_next, true);
    const rest = await server.call(
      'GET',
      `/v1/snapshots?sandbox_id=${id}&limit=2&fields=id&next_token=${page.body.next_token}`,
    );
    assert.deepEqual([rest.body.items.length, rest.body.next_token, rest.body.has_next], [1, null, false]);
    const all = [...page.body.items, ...rest.body.items].map((item: { id: string }) => item.id);
    assert.deepEqual(all, await ids(''));
  });

  test('a repeated request with the same key answers as the first', async () => {
    const id = await server.createSandbox();
    const first = await save(id, undefined, 'k1');
    const again = await save(id, undefined, 'k1');
    assert.equal(again.text, first.text);
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    expectError(await save(id, { kind: 'filesystem' }, 'k1'), 'idempotency_conflict');
    const other = await save(await server.createSandbox(), undefined, 'k1');
    assert.notEqual(other.body.id, first.body.id);
  });

  test('one that fails leaves nothing, and its key is free', async () => {
    const id = await server.createSandbox();
    server.host.onCall = (name) => {
      if (name === 'saveSnapshot') throw hostRefusal('disk_full', '', 77n);
    };
    expectError(await save(id, undefined, 'k2'), 'disk_full', [/77 bytes/]);
    server.host.onCall = () => undefined;
    assert.deepEqual((await server.call('GET', `/v1/snapshots?sandbox_id=${id}`)).body, []);
    assert.equal((await save(id, undefined, 'k2')).status, 201);
  });

  test('a server that dies in the middle has it made when it is back, and the repetition gets it', async () => {
    const id = await server.createSandbox();
    const [tenant] = await server.store.listTenants();
    const path = `/v1/sandboxes/${id}/snapshots`;
    const { createHash } = await import('node:crypto');
    const claimed = await server.store.claimIdempotencyKey({
      tenantId: tenant!.id,
      method: 'POST',
      path,
      key: 'k3',
      bodyHash: createHash('sha256').update('null').digest('hex'),
      now: Date.now(),
      expiresAt: Date.now() + 1e6,
    });
    assert.ok(claimed.outcome === 'claimed');
    const source = (await server.store.findSandbox(id))!;
    const snapshot = { id: 'snap_died', source, kind: 'memory' as const, metadata: {}, createdAt: 1 };
    await server.store.insertSnapshot({ ...snapshot, claim: claimed.claim }, { maxSnapshots: 100 });
    await server.restart();
    let answer = await save(id, undefined, 'k3');
    while (answer.body.code === 'transition_recovery_required') answer = await save(id, undefined, 'k3');
    assert.equal(answer.body.id, 'snap_died', answer.text);
    assert.equal(answer.status, 201);
    assert.equal((await server.call('GET', '/v1/snapshots/snap_died')).status, 200);
  });

  test('one whose sandbox is gone when the server is back is given up, and its key is free', async () => {
    const id = await server.createSandbox();
    const source = (await server.store.findSandbox(id))!;
    const snapshot = { id: 'snap_lost', source, kind: 'memory' as const, metadata: {}, createdAt: 1 };
    await server.store.insertSnapshot(snapshot, { maxSnapshots: 100 });
    server.host.end(id, { state: host.State.ERROR, reason: 'guest_crash' });
    await server.restart();
    const { tenantId } = source;
    await until(async () => !(await server.store.getSnapshot({ tenantId, id: 'snap_lost' })));
  });

  test('what host and records do not share is put right at the next connection', async () => {
    const lost = await saveNew();
    const damaged = await saveNew();
    server.host.snapshots.all.delete(lost.snapshotId);
    server.host.snapshots.all.get(damaged.snapshotId)!.corruptFile = 'pages.img';
    server.host.snapshots.save(server.host.findRunning(lost.id), 'snap_unknown');
    server.host.goAway();
    server.host.comeBack();
    await until(() => !server.host.snapshots.all.has('snap_unknown'));
    const path = `/v1/snapshots/${lost.snapshotId}`;
    await until(async () => (await server.call('GET', path)).status === 404);
    expectError(await resume(damaged.snapshotId), 'snapshot_corrupt', [/pages\.img/]);
    const create = { snapshot_id: damaged.snapshotId };
    expectError(await server.call('POST', '/v1/sandboxes', create), 'snapshot_corrupt', [/pages\.img/]);
    const detail = await server.call(
      'GET',
      `/v1/snapshots/${damaged.snapshotId}?fields=status,status_message`,
    );
    assert.equal(detail.body.status, 'corrupt');
    assert.match(detail.body.status_message, /pages\.img/);
  });

  test('a host that cannot delete one is linked to all the same', async () => {
    server.host.snapshots.save(server.host.findRunning(await server.createSandbox()), 'snap_stuck');
    server.host.onCall = (name) => {
      if (name === 'deleteSnapshot') throw hostRefusal('snapshot_failed');
    };
    await server.restart();
    await until(() =>
      server.logs.some((line) => line.includes('was not deleted') && line.includes('snap_stuck')),
    );
    assert.equal((await server.call('POST', '/v1/sandboxes', {})).status, 201);
    server.host.onCall = () => undefined;
    await server.restart();
    await until(() => !server.host.snapshots.all.has('snap_stuck'));
  });

  test('a sandbox that is stopped by a damaged snapshot marks it', async () => {
    const { snapshotId } = await saveNew();
    const { id } = (await resume(snapshotId)).body;
    server.host.end(id, { state: host.State.ERROR, reason: 'snapshot_corrupt', message: 'pages.img' });
    await until(async () => (await resume(snapshotId)).body.code === 'snapshot_corrupt');
  });

  test('a tenant at its limit is refused: snapshots, pauses by call, and promises to pause', async () => {
    const small = await startTestServer({ tenant_max_snapshots: 2 });
    try {
      const id = await small.createSandbox();
      const post = (path: string, body?: object) => small.call('POST', path, body);
      for (let count = 0; count < 2; count++) {
        assert.equal((await post(`/v1/sandboxes/${id}/snapshots`)).status, 201);
      }
      const promise = { timeout_action: 'hibernate', timeout_ms: 1000 };
      for (const [path, body] of [
        [`/v1/sandboxes/${id}/snapshots`],
        [`/v1/sandboxes/${id}/hibernate`],
        [`/v1/sandboxes/${id}/timeout`, promise],
        ['/v1/sandboxes', promise],
      ] as const) {
        expectError(await post(path, body), 'quota_exceeded', [/2 snapshots/]);
      }
      assert.equal((await post('/v1/sandboxes', {})).status, 201);
    } finally {
      await small.close();
    }
  });
});
