import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '../../../src/store/open-store.ts';
import { makeTenant, sandboxOf } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

export function testsOfClose(database: TestDatabase): void {
  describeStore('close', database, (opened) => {
    test('waits for what is under way and refuses the rest', async () => {
      const tenant = await makeTenant(opened.store);
      const store = await openStore(opened.settings);
      const inserts = Array.from({ length: 30 }, () =>
        store.insertSandbox(sandboxOf(tenant), { maxLive: 100 }),
      );
      const closing = store.close();
      await assert.rejects(store.ping(), { name: 'StoreError', code: 'unavailable' });
      await closing;
      assert.ok((await Promise.all(inserts)).every(({ inserted }) => inserted));
      assert.equal(await opened.store.countLive({ tenantId: tenant.id }), 30);
      await store.close();
    });
  });
}
