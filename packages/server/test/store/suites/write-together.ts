import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { sql } from 'kysely';
import { openDatabase } from '../../../src/store/open-store.ts';
import type { DatabaseTransaction } from '../../../src/store/schema.ts';
import { write } from '../../../src/store/write.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

export function testsOfWritingTogether(database: TestDatabase): void {
  describeStore('writes at the same moment', database, (opened) => {
    const insert = (id: string) => async (transaction: DatabaseTransaction) => {
      await transaction.insertInto('tenants').values({ id, name: id, created_at: 1 }).execute();
    };
    const names = async () => (await opened.store.listTenants()).map(({ id }) => id).sort();

    test('are each whole or not at all, and told of when they can be read', async () => {
      const context = await openDatabase(opened.settings);
      try {
        await write(context, 'now', insert('ten_0'));
        const results = await Promise.allSettled(
          [1, 2, 3, 4, 5].map(async (number) => {
            const durability = number % 2 ? 'now' : 'soon';
            await write(context, durability, async (transaction) => {
              await insert(`ten_${number}`)(transaction);
              if (number === 2) throw new Error('failed on purpose');
              // One that a constraint refuses.
              if (number === 4) await insert('ten_0')(transaction);
            });
            return (await names()).includes(`ten_${number}`);
          }),
        );
        assert.deepEqual(
          results.map((result) => (result.status === 'fulfilled' ? result.value : 'refused')),
          [true, 'refused', true, 'refused', true],
        );
        assert.deepEqual(await names(), ['ten_0', 'ten_1', 'ten_3', 'ten_5']);
      } finally {
        await context.db.destroy();
      }
    });

    test('wait for the disk once', { skip: database.dialect !== 'sqlite' }, async () => {
      const context = await openDatabase(opened.settings);
      try {
        const log = join(opened.settings.data_dir, 'server', 'db.sqlite-wal');
        const grownBy = async (work: () => Promise<unknown>) => {
          await sql`pragma wal_checkpoint(truncate)`.execute(context.db);
          await work();
          return (await stat(log)).size;
        };
        const ids = (prefix: string) => Array.from({ length: 40 }, (_, index) => `${prefix}_${index}`);
        const alone = await grownBy(async () => {
          for (const id of ids('alone')) await write(context, 'now', insert(id));
        });
        const together = await grownBy(() =>
          Promise.all(ids('together').map((id) => write(context, 'now', insert(id)))),
        );
        // A commit writes every page that it has changed; those of the same table are written once.
        assert.ok(together * 5 < alone, `${together} bytes together, ${alone} one after another`);
      } finally {
        await context.db.destroy();
      }
    });
  });
}
