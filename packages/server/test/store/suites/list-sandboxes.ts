import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonValue, Tenant } from '../../../src/store/records.ts';
import type { SandboxCursor, SandboxQuery } from '../../../src/store/store.ts';
import { addSandbox, makeTenant } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

export function testsOfListSandboxes(database: TestDatabase): void {
  describeStore('listSandboxes', database, (opened) => {
    const idsOf = async (tenant: Tenant, query: Partial<SandboxQuery> = {}) =>
      (await opened.store.listSandboxes({ tenantId: tenant.id, limit: 100, ...query })).items.map(
        ({ id }) => id,
      );

    test('goes through all pages, newest first, each sandbox once', async () => {
      const tenant = await makeTenant(opened.store);
      const times = [5, 1, 3, 3, 3, 2, 4, 3];
      for (const [number, createdAt] of times.entries()) {
        const status = number % 2 === 0 ? 'running' : 'creating';
        await addSandbox(opened.store, tenant, { createdAt, status, metadata: { all: true } });
      }
      for (const metadata of [undefined, { all: true }]) {
        const seen: SandboxCursor[] = [];
        let after: SandboxCursor | undefined;
        do {
          const query = { tenantId: tenant.id, limit: 3, after, metadata };
          const page = await opened.store.listSandboxes(query);
          seen.push(...page.items);
          after = page.next;
        } while (after);
        const sorted = seen.toSorted((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1));
        assert.deepEqual(seen, sorted);
        assert.equal(new Set(seen.map(({ id }) => id)).size, times.length);
      }
    });

    test('says that a page is the last also when it is full', async () => {
      const tenant = await makeTenant(opened.store);
      await addSandbox(opened.store, tenant);
      await addSandbox(opened.store, tenant);
      assert.equal((await opened.store.listSandboxes({ tenantId: tenant.id, limit: 2 })).next, undefined);
    });

    test('shows what has not ended unless asked for states', async () => {
      const tenant = await makeTenant(opened.store);
      const running = await addSandbox(opened.store, tenant, { status: 'running', createdAt: 3 });
      const paused = await addSandbox(opened.store, tenant, { status: 'paused', createdAt: 2 });
      const ended = await addSandbox(opened.store, tenant, { status: 'destroyed', createdAt: 1 });
      assert.deepEqual(await idsOf(tenant), [running, paused]);
      assert.deepEqual(await idsOf(tenant, { statuses: ['destroyed', 'destroyed', 'running'] }), [
        running,
        ended,
      ]);
      assert.deepEqual(await idsOf(tenant, { statuses: [] }), []);
    });

    test('filters by template', async () => {
      const tenant = await makeTenant(opened.store);
      const python = await addSandbox(opened.store, tenant, { template: 'python:3' });
      await addSandbox(opened.store, tenant, { metadata: { template: 'python:3' } });
      assert.deepEqual(await idsOf(tenant, { template: 'python:3' }), [python]);
      assert.deepEqual(await idsOf(tenant, { template: 'python' }), []);
    });

    test('filters by pairs that must all be there', async () => {
      const tenant = await makeTenant(opened.store);
      const both = await addSandbox(opened.store, tenant, { metadata: { team: 'red', tier: 1, more: null } });
      const red = await addSandbox(opened.store, tenant, { metadata: { team: 'red' }, createdAt: 1 });
      assert.deepEqual(await idsOf(tenant, { metadata: { team: 'red' } }), [both, red]);
      assert.deepEqual(await idsOf(tenant, { metadata: { team: 'red', tier: 1 } }), [both]);
      assert.deepEqual(await idsOf(tenant, { metadata: { team: 'red', tier: 2 } }), []);
      assert.deepEqual(await idsOf(tenant, { metadata: { team: 'red' }, template: 'other' }), []);
      assert.deepEqual(await idsOf(tenant, { metadata: {} }), [both, red]);
    });

    test('compares values as JSON', async () => {
      const tenant = await makeTenant(opened.store);
      const values: JsonValue[] = [1, '1', true, 'true', null, '', [], {}, [1, 2], [2, 1], { b: 1, a: [{}] }];
      const ids: string[] = [];
      for (const value of values) {
        ids.push(await addSandbox(opened.store, tenant, { metadata: { value } }));
      }
      for (const [number, value] of values.entries()) {
        assert.deepEqual(await idsOf(tenant, { metadata: { value } }), [ids[number]], JSON.stringify(value));
      }
      assert.deepEqual(await idsOf(tenant, { metadata: { value: { a: [{}], b: 1 } } }), [ids.at(-1)]);
      assert.deepEqual(await idsOf(tenant, { metadata: { value: 1.0 } }), [ids[0]]);
    });

    test('follows a change of state', async () => {
      const tenant = await makeTenant(opened.store);
      const id = await addSandbox(opened.store, tenant, { metadata: { team: 'red' } });
      const found = () => idsOf(tenant, { metadata: { team: 'red' }, statuses: ['running'] });
      assert.deepEqual(await found(), []);
      await opened.store.updateSandbox(id, { status: 'running' });
      assert.deepEqual(await found(), [id]);
      await opened.store.updateSandbox(id, { status: 'error' });
      assert.deepEqual(await found(), []);
    });

    test('refuses too many pairs', async () => {
      const tenant = await makeTenant(opened.store);
      const metadata = Object.fromEntries(Array.from({ length: 65 }, (_, number) => [`key${number}`, 1]));
      await assert.rejects(idsOf(tenant, { metadata }), { code: 'invalid_value' });
    });
  });
}
