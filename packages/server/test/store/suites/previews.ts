import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NewGrant } from '../../../src/store/previews/preview.ts';
import { addSandbox, makeTenant, uniqueId } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

export function testsOfPreviews(database: TestDatabase): void {
  describeStore('previews', database, (opened) => {
    const prepare = async (fields: Partial<NewGrant> = {}) => {
      const tenant = await makeTenant(opened.store);
      const tenantId = tenant.id;
      const executionId = await addSandbox(opened.store, tenant);
      const grant: NewGrant = {
        id: uniqueId('pvg'),
        tenantId,
        sandboxId: executionId,
        executionId,
        port: 3000,
        authMode: 'direct',
        transports: ['http'],
        createdAt: 1000,
        expiresAt: 9000,
        ...fields,
      };
      return grant;
    };

    test('a secret is made once and stays', async () => {
      const [first, second] = await Promise.all([opened.store.secret('a'), opened.store.secret('a')]);
      assert.equal(first, second);
      assert.equal(Buffer.from(first, 'base64url').length, 32);
      assert.notEqual(await opened.store.secret('b'), first);
    });

    test('grants are kept, counted and revoked once', async () => {
      const grant = await prepare();
      const inserted = await opened.store.insertGrant(grant, { maxGrants: 1 });
      assert.deepEqual(await opened.store.findGrant(grant.id), inserted);
      assert.equal(
        await opened.store.insertGrant({ ...grant, id: uniqueId('pvg') }, { maxGrants: 1 }),
        undefined,
      );
      const use = { id: grant.id, usedAt: 2000, http: 2, websocket: 1, bytesIn: 10, bytesOut: 5_000_000_000 };
      await opened.store.countGrantUse([use, { ...use, usedAt: 3000 }]);
      const counted = (await opened.store.findGrant(grant.id))!;
      assert.deepEqual(
        [counted.httpCount, counted.websocketCount, counted.bytesIn, counted.bytesOut],
        [4, 2, 20, 10_000_000_000],
      );
      assert.deepEqual([counted.firstUsedAt, counted.lastUsedAt], [2000, 3000]);
      const { id, executionId } = grant;
      assert.equal(await opened.store.revokeGrant({ id, executionId: 'sb_other', revokedAt: 1 }), undefined);
      await opened.store.revokeGrant({ id, executionId, revokedAt: 4000 });
      const again = await opened.store.revokeGrant({ id, executionId, revokedAt: 5000 });
      assert.equal(again?.revokedAt, 4000);
      const next = { ...grant, id: uniqueId('pvg'), port: 80, createdAt: 1001 };
      assert.ok(await opened.store.insertGrant(next, { maxGrants: 1 }));
      const ids = (await opened.store.listGrants({ executionId })).map((listed) => listed.id);
      assert.deepEqual(ids, [next.id, grant.id]);
      assert.equal((await opened.store.listGrants({ executionId, port: 80 })).length, 1);
    });

    test('an address is made once, within the limit, and goes when its sandbox has ended', async () => {
      const { tenantId, executionId, port } = await prepare();
      const address = { executionId, port, tenantId, listenPort: 40_000, createdAt: 1000 };
      const add = (changes: object, max = 1) =>
        opened.store.insertPreviewAddress({ ...address, ...changes }, { max });
      assert.deepEqual(await add({}), { address });
      assert.deepEqual(await add({ listenPort: 40_001 }), { address });
      assert.deepEqual(await add({ port: 3001 }), { count: 1 });
      await opened.store.movePreviewAddress({ executionId, port, listenPort: 40_002 });
      assert.equal((await opened.store.findPreviewAddress({ executionId, port }))?.listenPort, 40_002);
      const ours = async () =>
        (await opened.store.listPreviewAddresses()).filter((listed) => listed.executionId === executionId);
      await opened.store.dropEndedAddresses(Date.now());
      assert.equal((await ours()).length, 1);
      await opened.store.updateSandbox(executionId, { status: 'destroyed', endedAt: 5000 });
      await opened.store.dropEndedAddresses(5000);
      assert.equal((await ours()).length, 1);
      const dropped = await opened.store.dropEndedAddresses(5001);
      assert.ok(dropped.some((gone) => gone.executionId === executionId));
      assert.equal((await ours()).length, 0);
    });
  });
}
