import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Sandbox } from '../../../src/store/records.ts';
import { addSandbox, makeTenant, uniqueId } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

export function testsOfSnapshots(database: TestDatabase): void {
  describeStore('snapshots', database, (opened) => {
    const addRunning = async (metadata = {}): Promise<Sandbox> => {
      const tenant = await makeTenant(opened.store);
      const id = await addSandbox(opened.store, tenant, { status: 'running', metadata });
      return (await opened.store.findSandbox(id))!;
    };
    const begin = async (source: Sandbox, more: object = {}, maxSnapshots = 100) => {
      const id = uniqueId('snap');
      const fields = { id, source, kind: 'memory' as const, metadata: {}, createdAt: 5, ...more };
      return { id, result: await opened.store.insertSnapshot(fields, { maxSnapshots }) };
    };
    const add = async (source: Sandbox, more: { createdAt?: number; metadata?: object } = {}) => {
      const { id } = await begin(source, more);
      await opened.store.finishSnapshot(id, { sizeBytes: 7, createdAt: more.createdAt ?? 6 });
      return id;
    };
    const eventsOf = async (snapshotId: string, tenantId: string) =>
      (await opened.store.listEvents({ tenantId, snapshotId }, { order: 'asc', offset: 0, limit: 10 })).map(
        ({ operation, status, errorCode }) => [operation, status, errorCode],
      );

    test('one that is being saved is seen when it is there, with what its source was', async () => {
      const source = await addRunning({ team: 'red' });
      const { id, result } = await begin(source, { metadata: { a: 1 }, kind: 'filesystem' });
      assert.ok(result.inserted);
      const query = { tenantId: source.tenantId, limit: 10 };
      assert.deepEqual((await opened.store.listSnapshots(query)).items, []);
      const saved = await opened.store.finishSnapshot(id, { sizeBytes: 700, createdAt: 9 });
      assert.deepEqual(
        [saved?.status, saved?.sizeBytes, saved?.createdAt, saved?.kind, saved?.template, saved?.envs],
        ['ready', 700, 9, 'filesystem', 'base', source.envs],
      );
      assert.deepEqual(await opened.store.getSnapshot({ tenantId: source.tenantId, id }), saved);
      assert.deepEqual((await opened.store.listSnapshots(query)).items, [saved]);
      assert.equal(await opened.store.getSnapshot({ tenantId: 'ten_other', id }), undefined);
      assert.equal(await opened.store.finishSnapshot(id, { sizeBytes: 1, createdAt: 1 }), undefined);
      assert.deepEqual(await eventsOf(id, source.tenantId), [
        ['snapshot_created', 'requested', null],
        ['snapshot_created', 'succeeded', null],
      ]);
    });

    test('one that failed leaves nothing but its event', async () => {
      const source = await addRunning();
      const { id } = await begin(source);
      assert.equal(await opened.store.dropSnapshot(id, { code: 'disk_full', message: 'Full.' }), true);
      assert.equal(await opened.store.dropSnapshot(id, { code: 'disk_full', message: 'Full.' }), false);
      assert.equal(await opened.store.getSnapshot({ tenantId: source.tenantId, id }), undefined);
      assert.deepEqual((await eventsOf(id, source.tenantId)).at(-1), [
        'snapshot_created',
        'failed',
        'disk_full',
      ]);
    });

    test('the limit of a tenant holds for callers at once', async () => {
      const source = await addRunning();
      const results = await Promise.all(Array.from({ length: 8 }, () => begin(source, {}, 3)));
      assert.equal(results.filter(({ result }) => result.inserted).length, 3);
      assert.equal(await opened.store.countSnapshots(source.tenantId), 3);
      assert.deepEqual((await begin(source, {}, 3)).result, { inserted: false, count: 3 });
    });

    test('lists are filtered, newest first and in pages', async () => {
      const source = await addRunning();
      const twin = { ...source, id: uniqueId('sb'), executionId: uniqueId('sb') };
      const red = await add(source, { createdAt: 1, metadata: { team: 'red', n: 1 } });
      const blue = await add(source, { createdAt: 2, metadata: { team: 'blue', n: 1 } });
      const other = await add(twin, { createdAt: 3, metadata: { team: 'red', n: 2 } });
      const list = async (query: object, limit = 10) => {
        const page = await opened.store.listSnapshots({ tenantId: source.tenantId, limit, ...query });
        return { ids: page.items.map(({ id }) => id), next: page.next };
      };
      assert.deepEqual((await list({})).ids, [other, blue, red]);
      assert.deepEqual((await list({ sandboxId: source.id })).ids, [blue, red]);
      assert.deepEqual((await list({ metadata: { team: 'red' } })).ids, [other, red]);
      assert.deepEqual((await list({ metadata: { team: 'red', n: 1 } })).ids, [red]);
      const first = await list({}, 2);
      assert.deepEqual(first.ids, [other, blue]);
      assert.deepEqual(await list({ after: first.next }, 2), { ids: [red], next: undefined });
    });

    test('a deleted one is gone, a damaged one is marked', async () => {
      const source = await addRunning();
      const id = await add(source);
      const damaged = await add(source);
      await opened.store.markSnapshotCorrupt(damaged, 'pages.img');
      assert.equal(await opened.store.deleteSnapshot(id), true);
      assert.equal(await opened.store.deleteSnapshot(id), false);
      const { items } = await opened.store.listSnapshots({ tenantId: source.tenantId, limit: 10 });
      assert.deepEqual(
        items.map((item) => [item.id, item.status, item.corruptFile]),
        [[damaged, 'corrupt', 'pages.img']],
      );
    });
  });
}
