import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '../../../src/store/open-store.ts';
import { addSandbox, makeTenant, sandboxOf, uniqueId } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

export function testsOfInsertSandbox(database: TestDatabase): void {
  describeStore('insertSandbox', database, (opened) => {
    test('keeps every field', async () => {
      const tenant = await makeTenant(opened.store);
      const sandbox = sandboxOf(tenant, {
        envs: { EMPTY: '', UNICODE: 'ä\u0000\ud800' },
        metadata: { nested: { list: [1, null, true, 'x'] }, ['__proto__']: 1, '': 0.1 },
        network: null,
        internetAccess: false,
        warmPool: { id: 'twp_1', mode: 'prefer', hit: null, waitedMs: 0 },
        timeoutMs: 30 * 24 * 3_600_000,
        createdAt: 1_700_000_000_123,
      });
      const result = await opened.store.insertSandbox(sandbox, { maxLive: 1 });
      const unset = { hostId: null, status: 'creating', deadlineAt: null, startedAt: null, endedAt: null };
      const origin = {
        origin: 'create',
        sourceId: null,
        fromSnapshotId: null,
        resumingAs: null,
        forkId: null,
        templateId: null,
        templateBuildId: null,
        defaultUser: '',
        autoResume: false,
        trafficToken: null,
      };
      const ended = { reason: null, message: null, phases: null, revision: 0 };
      const expected = { ...sandbox, ...unset, ...ended, executionId: sandbox.id, ...origin };
      const stored = await opened.store.getSandbox({ tenantId: tenant.id, id: sandbox.id });
      assert.deepEqual(stored, expected);
      assert.ok(result.inserted);
      assert.deepEqual(result.sandbox, expected);
      await result.onDisk;
      assert.deepEqual(await opened.store.findSandbox(sandbox.id), expected);
    });

    test('shows a sandbox to its own tenant alone', async () => {
      const [owner, stranger] = [await makeTenant(opened.store), await makeTenant(opened.store)];
      const id = await addSandbox(opened.store, owner);
      assert.equal(await opened.store.getSandbox({ tenantId: stranger.id, id }), undefined);
      assert.equal((await opened.store.listSandboxes({ tenantId: stranger.id, limit: 10 })).items.length, 0);
    });

    test('never exceeds the quota, however many insert at once', async () => {
      const tenant = await makeTenant(opened.store);
      const second = await openStore(opened.settings);
      try {
        const inserts = Array.from({ length: 20 }, (_, number) =>
          (number % 2 === 0 ? opened.store : second).insertSandbox(sandboxOf(tenant), { maxLive: 5 }),
        );
        const results = await Promise.all(inserts);
        assert.equal(results.filter(({ inserted }) => inserted).length, 5);
        assert.deepEqual(
          results.find(({ inserted }) => !inserted),
          { inserted: false, live: 5 },
        );
        assert.equal(await opened.store.countLive({ tenantId: tenant.id }), 5);
      } finally {
        await second.close();
      }
    });

    test('counts what lives, not what ended or is paused', async () => {
      const tenant = await makeTenant(opened.store);
      await addSandbox(opened.store, tenant, { status: 'destroyed' });
      await addSandbox(opened.store, tenant, { status: 'error' });
      await addSandbox(opened.store, tenant, { status: 'paused' });
      await addSandbox(opened.store, tenant, { status: 'running' });
      assert.equal(await opened.store.countLive({ tenantId: tenant.id }), 1);
      const result = await opened.store.insertSandbox(sandboxOf(tenant), { maxLive: 2 });
      assert.equal(result.inserted, true);
      assert.ok((await opened.store.countLive()) >= 2);
    });

    test('refuses an unknown tenant and a taken id, and leaves nothing', async () => {
      const tenant = await makeTenant(opened.store);
      const id = await addSandbox(opened.store, tenant);
      const twice = opened.store.insertSandbox(sandboxOf(tenant, { id }), { maxLive: 9 });
      await assert.rejects(twice, { code: 'conflict' });
      const nobody = { ...tenant, id: uniqueId('ten') };
      await assert.rejects(opened.store.insertSandbox(sandboxOf(nobody), { maxLive: 9 }), {
        code: 'conflict',
      });
      assert.equal(await opened.store.countLive({ tenantId: tenant.id }), 1);
    });

    test('keeps thousands of pairs', async () => {
      const tenant = await makeTenant(opened.store);
      const pairs = Array.from({ length: 3000 }, (_, number) => [`key${number}`, number]);
      const id = await addSandbox(opened.store, tenant, { metadata: Object.fromEntries(pairs) });
      const page = await opened.store.listSandboxes({
        tenantId: tenant.id,
        metadata: { key2999: 2999 },
        limit: 1,
      });
      assert.equal(page.items[0]?.id, id);
    });

    test('refuses metadata that nests too deep', async () => {
      const tenant = await makeTenant(opened.store);
      const deep = JSON.parse('['.repeat(5000) + ']'.repeat(5000));
      const insert = opened.store.insertSandbox(sandboxOf(tenant, { metadata: { deep } }), { maxLive: 9 });
      await assert.rejects(insert, { code: 'invalid_value' });
    });

    test('lists what may still change, by host', async () => {
      const tenant = await makeTenant(opened.store);
      const hostId = uniqueId('host');
      const later = await addSandbox(opened.store, tenant, { hostId, status: 'running', createdAt: 2 });
      const earlier = await addSandbox(opened.store, tenant, { hostId, status: 'paused', createdAt: 1 });
      await addSandbox(opened.store, tenant, { hostId, status: 'destroyed' });
      const nowhere = await addSandbox(opened.store, tenant);
      const idsOf = async (query?: { hostId?: string | null }) =>
        (await opened.store.listUnfinished(query)).map(({ id }) => id);
      assert.deepEqual(await idsOf({ hostId }), [earlier, later]);
      const homeless = await idsOf({ hostId: null });
      assert.ok(homeless.includes(nowhere) && !homeless.includes(later));
      const all = await idsOf();
      assert.ok(all.includes(nowhere) && all.includes(later));
    });
  });
}
