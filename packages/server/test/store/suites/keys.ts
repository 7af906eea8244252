import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTenant, uniqueId } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

export function testsOfKeys(database: TestDatabase): void {
  describeStore('keys', database, (opened) => {
    const keyOf = (tenantId: string) => ({
      id: uniqueId('key'),
      tenantId,
      name: 'laptop',
      prefix: 'ns_live_abcd',
      hash: uniqueId('hash'),
      createdAt: 5,
    });

    test('finds a key by its hash alone', async () => {
      const tenant = await makeTenant(opened.store);
      const key = keyOf(tenant.id);
      const stored = await opened.store.createKey(key);
      assert.deepEqual(stored, { ...key, lastUsedAt: null, revokedAt: null });
      assert.deepEqual(await opened.store.findKeyByHash(key.hash), stored);
      assert.equal(await opened.store.findKeyByHash('none'), undefined);
    });

    test('refuses a taken hash and an unknown tenant', async () => {
      const tenant = await makeTenant(opened.store);
      const key = await opened.store.createKey(keyOf(tenant.id));
      const again = { ...keyOf(tenant.id), hash: key.hash };
      await assert.rejects(opened.store.createKey(again), { code: 'conflict' });
      await assert.rejects(opened.store.createKey(keyOf('ten_none')), { code: 'conflict' });
    });

    test('lists the keys of one tenant or of all', async () => {
      const [first, second] = [await makeTenant(opened.store), await makeTenant(opened.store)];
      const key = await opened.store.createKey(keyOf(first.id));
      const other = await opened.store.createKey(keyOf(second.id));
      assert.deepEqual(await opened.store.listKeys({ tenantId: first.id }), [key]);
      const all = (await opened.store.listKeys()).map(({ id }) => id);
      assert.ok(all.includes(key.id) && all.includes(other.id));
    });

    test('revokes a key once and for good', async () => {
      const tenant = await makeTenant(opened.store);
      const key = await opened.store.createKey(keyOf(tenant.id));
      assert.equal((await opened.store.revokeKey({ id: key.id, revokedAt: 10 }))?.revokedAt, 10);
      assert.equal((await opened.store.revokeKey({ id: key.id, revokedAt: 20 }))?.revokedAt, 10);
      assert.equal((await opened.store.findKeyByHash(key.hash))?.revokedAt, 10);
      assert.equal(await opened.store.revokeKey({ id: 'key_none', revokedAt: 1 }), undefined);
    });

    test('records uses at most once a minute', async () => {
      const tenant = await makeTenant(opened.store);
      const key = await opened.store.createKey(keyOf(tenant.id));
      const usedAt = async (time: number) => {
        await opened.store.markKeyUsed({ id: key.id, usedAt: time });
        return (await opened.store.findKeyByHash(key.hash))?.lastUsedAt;
      };
      assert.equal(await usedAt(1_000), 1_000);
      assert.equal(await usedAt(60_999), 1_000);
      assert.equal(await usedAt(61_000), 61_000);
      assert.equal(await usedAt(500), 61_000);
      await opened.store.markKeyUsed({ id: 'key_none', usedAt: 1 });
    });
  });
}
