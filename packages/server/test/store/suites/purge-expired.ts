import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insertRows } from '../../../src/store/insert-sandbox.ts';
import { openDatabase } from '../../../src/store/open-store.ts';
import { write } from '../../../src/store/write.ts';
import { addSandbox, makeTenant, sandboxOf } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

export function testsOfPurge(database: TestDatabase): void {
  describeStore('purgeExpired', database, (opened) => {
    test('deletes what ended long ago and keys that expired, in as many steps as it takes', async () => {
      const tenant = await makeTenant(opened.store);
      const metadata = { team: 'red' };
      const ended = { status: 'destroyed', metadata } as const;
      const old = Array.from({ length: 450 }, () => sandboxOf(tenant, { ...ended, endedAt: 99 }));
      const context = await openDatabase(opened.settings);
      await write(context, 'soon', (transaction) => insertRows(transaction, old));
      await context.db.destroy();
      const recent = await addSandbox(opened.store, tenant, { ...ended, endedAt: 100, createdAt: 2 });
      const living = await addSandbox(opened.store, tenant, { status: 'running', metadata, createdAt: 1 });
      const scope = { tenantId: tenant.id, method: 'POST', path: '/', bodyHash: 'a', now: 0 };
      await opened.store.claimIdempotencyKey({ ...scope, key: 'old', expiresAt: 1000 });
      await opened.store.claimIdempotencyKey({ ...scope, key: 'young', expiresAt: 1001 });

      const purged = await opened.store.purgeExpired({ now: 1000, endedBefore: 100 });
      assert.deepEqual(purged, {
        sandboxes: 450,
        aliases: 0,
        snapshots: 0,
        previewGrants: 0,
        sshAccesses: 0,
        idempotencyKeys: 1,
        events: 0,
      });
      const left = await opened.store.listSandboxes({
        tenantId: tenant.id,
        statuses: ['running', 'destroyed'],
        metadata,
        limit: 1000,
      });
      assert.deepEqual(
        left.items.map(({ id }) => id),
        [recent, living],
      );
      const young = await opened.store.claimIdempotencyKey({ ...scope, key: 'young', expiresAt: 2000 });
      assert.equal(young.outcome, 'in_progress');
      const nothing = await opened.store.purgeExpired({ now: 1000, endedBefore: 100 });
      assert.deepEqual(nothing, {
        sandboxes: 0,
        aliases: 0,
        snapshots: 0,
        previewGrants: 0,
        sshAccesses: 0,
        idempotencyKeys: 0,
        events: 0,
      });
    });
  });
}
