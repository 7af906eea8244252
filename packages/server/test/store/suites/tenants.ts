import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uniqueId } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

export function testsOfTenants(database: TestDatabase): void {
  describeStore('tenants', database, (opened) => {
    test('answers to a ping', () => opened.store.ping());

    test('keeps a tenant', async () => {
      const tenant = { id: uniqueId('ten'), name: 'Größe 🦀', createdAt: 1_700_000_000_123 };
      assert.deepEqual(await opened.store.createTenant(tenant), tenant);
      assert.deepEqual(await opened.store.getTenant(tenant.id), tenant);
      assert.equal(await opened.store.getTenant('ten_none'), undefined);
    });

    test('refuses a taken id or name as a conflict', async () => {
      const tenant = { id: uniqueId('ten'), name: uniqueId('name'), createdAt: 1 };
      await opened.store.createTenant(tenant);
      await assert.rejects(opened.store.createTenant({ ...tenant, name: 'other' }), { code: 'conflict' });
      await assert.rejects(opened.store.createTenant({ ...tenant, id: 'ten_other' }), { code: 'conflict' });
    });

    test('gives callers at once the same tenant of a name', async () => {
      const name = uniqueId('name');
      const calls = Array.from({ length: 20 }, (_, number) =>
        opened.store.ensureTenant({ id: uniqueId('ten'), name, createdAt: number }),
      );
      const ids = new Set((await Promise.all(calls)).map((tenant) => tenant.id));
      assert.equal(ids.size, 1);
      const named = (await opened.store.listTenants()).filter((tenant) => tenant.name === name);
      assert.equal(named.length, 1);
    });
  });
}
