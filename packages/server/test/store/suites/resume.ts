import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addSandbox, makeTenant, uniqueId } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

export function testsOfResume(database: TestDatabase): void {
  describeStore('resume', database, (opened) => {
    /** A paused sandbox and the snapshot of its pause. */
    async function addPaused(metadata = { team: 'red' }) {
      const tenant = await makeTenant(opened.store);
      const id = await addSandbox(opened.store, tenant, { status: 'running', deadlineAt: 500, metadata });
      const snapshotId = await pause(id);
      return { tenant, id, snapshotId };
    }
    async function pause(id: string, reason = 'manual'): Promise<string> {
      const snapshotId = uniqueId('snap');
      const result = await opened.store.updateSandbox(id, {
        status: 'paused',
        reason,
        deadlineAt: null,
        pause: { snapshotId, sizeBytes: 9, createdAt: 77 },
      });
      assert.equal(result.applied, true);
      return snapshotId;
    }
    const begin = (sandboxId: string, snapshotId: string, maxLive = 100) =>
      opened.store.beginResume({ sandboxId, newId: uniqueId('sb'), snapshotId, maxLive });
    async function resume(sandboxId: string, snapshotId: string): Promise<string> {
      const begun = await begin(sandboxId, snapshotId);
      assert.ok(begun.outcome === 'begun');
      const newId = begun.sandbox.resumingAs!;
      await opened.store.completeResume({ newId, snapshotId, startedAt: 900 });
      return newId;
    }

    test('a pause brings its snapshot and its events with it', async () => {
      const { tenant, id, snapshotId } = await addPaused();
      const sandbox = await opened.store.findSandbox(id);
      assert.deepEqual([sandbox?.status, sandbox?.deadlineAt, sandbox?.endedAt], ['paused', null, null]);
      const snapshot = await opened.store.getSnapshot({ tenantId: tenant.id, id: snapshotId });
      assert.deepEqual(
        [snapshot?.createdVia, snapshot?.sizeBytes, snapshot?.status, snapshot?.metadata],
        ['hibernate', 9, 'ready', { team: 'red' }],
      );
      const events = await opened.store.listEvents(
        { tenantId: tenant.id, snapshotId },
        { order: 'asc', offset: 0, limit: 10 },
      );
      assert.deepEqual(
        events.map(({ operation, actor, reason }) => [operation, actor, reason]),
        [
          ['hibernate', 'user', 'manual'],
          ['snapshot_created', 'user', 'manual'],
        ],
      );
      assert.equal(events[1]?.details.created_via, 'hibernate');
      const late = await opened.store.updateSandbox(id, { status: 'running', deadlineAt: 5 });
      assert.equal(late.applied, false);
    });

    test('a pause by the deadline says so', async () => {
      const tenant = await makeTenant(opened.store);
      const id = await addSandbox(opened.store, tenant, { status: 'running' });
      await pause(id, 'timeout');
      const events = await opened.store.listEvents(
        { tenantId: tenant.id, sandboxId: id },
        { order: 'asc', offset: 1, limit: 10 },
      );
      assert.deepEqual(
        events.map(({ operation, actor }) => [operation, actor]),
        [
          ['timeout_expired', 'system'],
          ['hibernate', 'system'],
          ['snapshot_created', 'system'],
        ],
      );
    });

    test('gives the sandbox a new id, makes the old one an alias and uses the snapshot up', async () => {
      const { tenant, id, snapshotId } = await addPaused();
      const newId = await resume(id, snapshotId);
      assert.equal(await opened.store.findSandbox(id), undefined);
      const resumed = await opened.store.findSandbox(newId);
      assert.deepEqual(
        [resumed?.status, resumed?.startedAt, resumed?.executionId, resumed?.sourceId, resumed?.resumingAs],
        ['running', 900, id, id, null],
      );
      assert.deepEqual(await opened.store.followAlias({ id, tenantId: tenant.id }), resumed);
      assert.equal(await opened.store.followAlias({ id, tenantId: 'ten_other' }), undefined);
      const snapshot = await opened.store.getSnapshot({ tenantId: tenant.id, id: snapshotId });
      assert.equal(snapshot?.status, 'used');
      assert.deepEqual(await opened.store.findExecution(snapshot!.executionId), resumed);
      const query = { tenantId: tenant.id, limit: 10 };
      assert.deepEqual((await opened.store.listSnapshots(query)).items, []);
      const list = await opened.store.listSandboxes({ ...query, metadata: { team: 'red' } });
      assert.deepEqual(
        list.items.map((item) => item.id),
        [newId],
      );
      const [event] = await opened.store.listEvents(
        { tenantId: tenant.id, operation: 'resume_from_snapshot', status: 'succeeded' },
        { order: 'asc', offset: 0, limit: 10 },
      );
      assert.deepEqual(
        [event?.sandboxId, event?.sourceSandboxId, event?.targetSandboxId, event?.snapshotId],
        [newId, id, newId, snapshotId],
      );
    });

    test('every id that a sandbox ever had leads to what it is now', async () => {
      const { id, snapshotId } = await addPaused();
      const second = await resume(id, snapshotId);
      const third = await resume(second, await pause(second));
      for (const old of [id, second]) {
        assert.equal((await opened.store.followAlias({ id: old }))?.id, third);
      }
    });

    test('callers at once mean the same attempt', async () => {
      const { id, snapshotId } = await addPaused();
      const begun = await Promise.all(Array.from({ length: 10 }, () => begin(id, snapshotId)));
      const ids = new Set(begun.map((result) => result.outcome === 'begun' && result.sandbox.resumingAs));
      assert.equal(ids.size, 1);
      const [newId] = ids as Set<string>;
      const completed = await Promise.all(
        Array.from({ length: 5 }, () =>
          opened.store.completeResume({ newId: newId!, snapshotId, startedAt: 1 }),
        ),
      );
      assert.equal(completed.filter(Boolean).length, 1);
      assert.deepEqual(await begin(id, snapshotId), { outcome: 'gone' });
    });

    test('an attempt that failed leaves it paused, and the next has another id', async () => {
      const { tenant, id, snapshotId } = await addPaused();
      const begun = await begin(id, snapshotId);
      assert.ok(begun.outcome === 'begun');
      const newId = begun.sandbox.resumingAs!;
      assert.equal((await opened.store.findResuming(newId))?.id, id);
      const failure = { code: 'capacity_exceeded', message: 'No room.' };
      assert.equal(await opened.store.abandonResume({ newId, snapshotId, failure }), true);
      assert.equal(await opened.store.abandonResume({ newId, snapshotId, failure }), false);
      assert.equal(await opened.store.completeResume({ newId, snapshotId, startedAt: 1 }), undefined);
      const again = await begin(id, snapshotId);
      assert.ok(again.outcome === 'begun' && again.sandbox.resumingAs !== newId);
      const failed = await opened.store.listEvents(
        { tenantId: tenant.id, status: 'failed' },
        { order: 'asc', offset: 0, limit: 10 },
      );
      assert.deepEqual(
        failed.map(({ operation, errorCode }) => [operation, errorCode]),
        [['resume_from_snapshot', 'capacity_exceeded']],
      );
    });

    test('those that come up count as live', async () => {
      const { tenant, id, snapshotId } = await addPaused();
      await begin(id, snapshotId, 1);
      const refused = await opened.store.insertSandbox(
        { ...(await opened.store.findSandbox(id))!, id: uniqueId('sb'), status: 'creating' },
        { maxLive: 1 },
      );
      assert.deepEqual(refused, { inserted: false, live: 1 });
      const other = await addSandbox(opened.store, tenant, { status: 'running' });
      assert.deepEqual(await begin(other, 'snap_none', 5), { outcome: 'gone' });
      const third = await pause(other);
      assert.deepEqual(await begin(other, third, 1), { outcome: 'quota', live: 1 });
    });

    test('the end of a paused one uses its snapshot up', async () => {
      const { tenant, id, snapshotId } = await addPaused();
      await begin(id, snapshotId);
      const ended = await opened.store.updateSandbox(id, { status: 'destroyed', reason: 'manual' });
      assert.equal(ended.sandbox?.resumingAs, null);
      const snapshot = await opened.store.getSnapshot({ tenantId: tenant.id, id: snapshotId });
      assert.equal(snapshot?.status, 'used');
      assert.equal((await opened.store.findExecution(snapshot!.executionId))?.status, 'destroyed');
    });

    test('names that lead nowhere are purged with their sandbox', async () => {
      const { tenant, id, snapshotId } = await addPaused();
      const newId = await resume(id, snapshotId);
      await opened.store.updateSandbox(newId, { status: 'destroyed', endedAt: 99 });
      const purged = await opened.store.purgeExpired({ now: 1000, endedBefore: 100 });
      assert.deepEqual([purged.sandboxes, purged.aliases, purged.snapshots], [1, 1, 1]);
      assert.equal(await opened.store.followAlias({ id }), undefined);
      assert.equal(await opened.store.getSnapshot({ tenantId: tenant.id, id: snapshotId }), undefined);
    });

    test('the children of a fork are inserted together or not at all', async () => {
      const tenant = await makeTenant(opened.store);
      const source = (await opened.store.findSandbox(
        await addSandbox(opened.store, tenant, { status: 'running' }),
      ))!;
      const forkId = uniqueId('sb');
      const children = [forkId, uniqueId('sb'), uniqueId('sb')].map((id) => ({
        ...source,
        id,
        executionId: id,
        status: 'creating' as const,
        origin: 'fork' as const,
        sourceId: source.id,
        forkId,
      }));
      assert.deepEqual(await opened.store.insertFork(children, { maxLive: 3 }), { inserted: false, live: 1 });
      assert.deepEqual(await opened.store.listFork(forkId), []);
      assert.deepEqual(await opened.store.insertFork(children, { maxLive: 4 }), { inserted: true });
      assert.equal((await opened.store.listFork(forkId)).length, 3);
      const events = await opened.store.listEvents(
        { tenantId: tenant.id, operation: 'fork', sourceSandboxId: source.id },
        { order: 'asc', offset: 0, limit: 10 },
      );
      assert.equal(events.length, 3);
    });
  });
}
