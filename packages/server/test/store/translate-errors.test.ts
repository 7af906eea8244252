import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStore } from '../../src/store/create-store.ts';
import { migrate } from '../../src/store/migrate.ts';
import { openDatabase, openStore } from '../../src/store/open-store.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { toStoreError } from '../../src/store/translate-errors.ts';
import { fillDisk } from './fixtures/fill-disk.ts';
import { addSandbox, makeTenant } from './fixtures/records.ts';
import { sqlite } from './fixtures/test-database.ts';

test('names the codes of PostgreSQL and of sockets', () => {
  const codes = { 53100: 'disk_full', '40P01': 'busy', '08006': 'unavailable', '57P01': 'unavailable' };
  const more = {
    ECONNREFUSED: 'unavailable',
    ENOENT: 'unavailable',
    23505: 'conflict',
    '22P05': 'invalid_value',
  };
  for (const [code, expected] of Object.entries({ ...codes, ...more, XX000: 'failed' })) {
    const cause = Object.assign(new Error('text'), { code });
    const error = toStoreError(cause);
    assert.deepEqual([error.code, error.cause], [expected, cause], code);
  }
  assert.equal(toStoreError(new Error('Connection terminated unexpectedly')).code, 'unavailable');
  const known = new StoreError('busy', 'text');
  assert.equal(toStoreError(known), known);
});

test('a full disk is named, loses nothing stored, and heals', async () => {
  const { settings, remove } = await sqlite.create();
  const context = await openDatabase(settings);
  try {
    await migrate(context.db, { dialect: 'sqlite' });
    const store = createStore(context);
    const tenant = await makeTenant(store);
    const freeDisk = await fillDisk(context.db);
    const insertMany = async () => {
      for (;;) {
        await addSandbox(store, tenant, { envs: { LONG: 'x'.repeat(10_000) } });
      }
    };
    await assert.rejects(insertMany(), { name: 'StoreError', code: 'disk_full' });
    const kept = await store.countLive();
    await assert.rejects(insertMany(), { code: 'disk_full' });
    assert.ok((await store.countLive()) >= kept);
    await freeDisk();
    await addSandbox(store, tenant);
  } finally {
    await context.db.destroy();
    await remove();
  }
});

test('a database that is not there is unavailable', async () => {
  const address = { data_dir: '/nonexistent', database_url: 'postgres://nobody@/x?host=/nonexistent' };
  await assert.rejects(openStore(address), { name: 'StoreError', code: 'unavailable' });
  await assert.rejects(openStore({ data_dir: '/dev/null', database_url: '' }), { code: 'unavailable' });
});
