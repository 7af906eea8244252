import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sql } from 'kysely';
import { openDatabase } from '../../../src/store/open-store.ts';
import type { DatabaseTransaction } from '../../../src/store/schema.ts';
import { type Durability, write } from '../../../src/store/write.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

export function testsOfWrite(database: TestDatabase): void {
  describeStore('write', database, (opened) => {
    test('waits for the disk only where it was asked to', async () => {
      const context = await openDatabase(opened.settings);
      try {
        const settingIn = (durability: Durability) => write(context, durability, readSyncSetting);
        const expected = context.dialect === 'sqlite' ? { now: 2, soon: 1 } : { now: 'on', soon: 'off' };
        for (const durability of ['now', 'soon', 'now', 'soon'] as const) {
          assert.equal(await settingIn(durability), expected[durability]);
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

    async function readSyncSetting(transaction: DatabaseTransaction): Promise<unknown> {
      const query = database.dialect === 'sqlite' ? 'pragma synchronous' : 'show synchronous_commit';
      const { rows } = await sql.raw<Record<string, unknown>>(query).execute(transaction);
      return Object.values(rows[0]!)[0];
    }
  });
}
