import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { openDatabase } from '../../../src/store/open-store.ts';
import type { DatabaseTransaction } from '../../../src/store/schema.ts';
import { LogSync } from '../../../src/store/sqlite/log-sync.ts';
import { write } from '../../../src/store/write.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

export function testsOfWrite(database: TestDatabase): void {
  describeStore('write', database, (opened) => {
    test('waits for the disk only where it was asked to', async (t) => {
      const context = await openDatabase(opened.settings);
      const syncs = t.mock.method(LogSync.prototype, 'sync');
      try {
        for (const durability of ['now', 'soon', 'now', 'soon'] as const) {
          const before = syncs.mock.callCount();
          const setting = await write(context, durability, readCommitSetting);
          const waited = context.dialect === 'sqlite' ? syncs.mock.callCount() > before : setting === 'on';
          assert.equal(waited, durability === 'now');
        }
      } finally {
        await context.db.destroy();
      }
    });

    test('undoes everything when the action fails, and goes on', async () => {
      const context = await openDatabase(opened.settings);
      try {
        const failing = write(context, 'now', async (transaction) => {
          await transaction.insertInto('tenants').values({ id: 'ten_x', name: 'x', created_at: 1 }).execute();
          throw new Error('failed on purpose');
        });
        await assert.rejects(failing, /failed on purpose/);
        assert.equal(await opened.store.getTenant('ten_x'), undefined);
        await opened.store.createTenant({ id: 'ten_x', name: 'x', createdAt: 1 });
      } finally {
        await context.db.destroy();
      }
    });

    async function readCommitSetting(transaction: DatabaseTransaction): Promise<unknown> {
      if (database.dialect === 'sqlite') return undefined;
      const { rows } = await sql.raw<Record<string, unknown>>('show synchronous_commit').execute(transaction);
      return Object.values(rows[0]!)[0];
    }
  });
}
