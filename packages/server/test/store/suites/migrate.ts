import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import { migrate } from '../../../src/store/migrate.ts';
import { type Migration, migrations } from '../../../src/store/migrations/all.ts';
import { openDatabase, openStore, type StoreSettings } from '../../../src/store/open-store.ts';
import type { TestDatabase } from '../fixtures/test-database.ts';

const names = Object.keys(migrations).sort();

export function testsOfMigrate(database: TestDatabase): void {
  describe(`migrate (${database.dialect})`, () => {
    const withEmpty = async (use: (settings: StoreSettings) => Promise<void>) => {
      const { settings, remove } = await database.create();
      try {
        await use(settings);
      } finally {
        await remove();
      }
    };

    const step = (settings: StoreSettings, steps: Record<string, Migration>) =>
      withDatabase(settings, (context) =>
        migrate(context.db, { dialect: context.dialect, migrations: steps }),
      );

    for (let made = 0; made <= names.length; made++) {
      test(`comes up to date from ${made === 0 ? 'nothing' : names[made - 1]}`, () =>
        withEmpty(async (settings) => {
          const older = Object.fromEntries(names.slice(0, made).map((name) => [name, migrations[name]!]));
          await step(settings, older);
          const store = await openStore(settings);
          await store.createTenant({ id: 'ten_1', name: 'one', createdAt: 1 });
          await store.close();
          const again = await openStore(settings);
          assert.equal((await again.listTenants()).length, 1);
          await again.close();
        }));
    }

    test('is made once by stores that open at once', () =>
      withEmpty(async (settings) => {
        const stores = await Promise.all(Array.from({ length: 5 }, () => openStore(settings)));
        try {
          await Promise.all(stores.map((store) => store.ping()));
        } finally {
          await Promise.all(stores.map((store) => store.close()));
        }
      }));

    test('leaves nothing of a step that failed', () =>
      withEmpty(async (settings) => {
        const failing: Migration = {
          up: async (db) => {
            await sql`create table half (id text)`.execute(db);
            await sql`insert into half values ('x')`.execute(db);
            throw new Error('failed on purpose');
          },
        };
        const steps = { ...migrations, '9999-failing': failing };
        await assert.rejects(step(settings, steps), /failed on purpose/);
        await (await openStore(settings)).close();
        await withDatabase(settings, async ({ db }) => {
          const tables = (await db.introspection.getTables()).map(({ name }) => name);
          assert.ok(!tables.includes('half') && tables.includes('sandboxes'));
        });
      }));

    test('refuses a database that a newer version has changed', () =>
      withEmpty(async (settings) => {
        const later: Migration = {
          up: async (db) => void (await sql`create table later (id text)`.execute(db)),
        };
        await step(settings, { ...migrations, '9999-later': later });
        await assert.rejects(openStore(settings), { code: 'database_too_new', message: /9999-later/ });
      }));
  });
}

async function withDatabase<T>(
  settings: StoreSettings,
  use: (context: Awaited<ReturnType<typeof openDatabase>>) => Promise<T>,
): Promise<T> {
  const context = await openDatabase(settings);
  try {
    return await use(context);
  } finally {
    await context.db.destroy();
  }
}
