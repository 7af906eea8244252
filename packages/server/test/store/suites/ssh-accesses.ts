import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NewSshAccess } from '../../../src/store/ssh/ssh-access.ts';
import { addSandbox, makeTenant, uniqueId } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

export function testsOfSshAccesses(database: TestDatabase): void {
  describeStore('SSH accesses', database, (opened) => {
    const prepare = async (): Promise<NewSshAccess> => {
      const tenant = await makeTenant(opened.store);
      const executionId = await addSandbox(opened.store, tenant);
      return {
        id: uniqueId('ssh'),
        tenantId: tenant.id,
        sandboxId: executionId,
        executionId,
        account: 'root',
        publicKey: 'ssh-ed25519 AAAA',
        keyHash: uniqueId('key'),
        certificateHash: uniqueId('cert'),
        createdAt: 1000,
        expiresAt: 9000,
      };
    };

    test('are found by key and by certificate while they count', async () => {
      const access = await prepare();
      const inserted = await opened.store.insertSshAccess(access, { max: 1 });
      assert.deepEqual(await opened.store.findSshAccess(access.id), inserted);
      const found = async (hash: string, now = 2000) =>
        (await opened.store.findSshAccessesByHash({ hash, now })).map(({ id }) => id);
      assert.deepEqual(await found(access.keyHash), [access.id]);
      assert.deepEqual(await found(access.certificateHash), [access.id]);
      assert.deepEqual(await found(access.keyHash, 9000), []);
      assert.deepEqual(await found('another'), []);
      await opened.store.markSshAccessUsed({ id: access.id, usedAt: 3000 });
      assert.equal((await opened.store.findSshAccess(access.id))?.lastUsedAt, 3000);
      const { id, executionId } = access;
      await opened.store.revokeSshAccess({ id, executionId, revokedAt: 4000 });
      assert.deepEqual(await found(access.keyHash), []);
    });

    test('are revoked once, of their own sandbox only, and make room for others', async () => {
      const access = await prepare();
      const { id, executionId } = access;
      await opened.store.insertSshAccess(access, { max: 1 });
      const next = { ...access, id: uniqueId('ssh'), createdAt: 1001 };
      assert.equal(await opened.store.insertSshAccess(next, { max: 1 }), undefined);
      const revoke = (of: string, revokedAt: number) =>
        opened.store.revokeSshAccess({ id, executionId: of, revokedAt });
      assert.equal(await revoke('sb_other', 1), undefined);
      await revoke(executionId, 4000);
      assert.equal((await revoke(executionId, 5000))?.revokedAt, 4000);
      assert.ok(await opened.store.insertSshAccess(next, { max: 1 }));
      const listed = await opened.store.listSshAccesses(executionId);
      assert.deepEqual(
        listed.map((row) => row.id),
        [next.id, id],
      );
    });
  });
}
