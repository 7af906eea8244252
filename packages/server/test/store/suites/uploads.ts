import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NewUpload, UploadQuotas } from '../../../src/store/uploads/upload.ts';
import { makeTenant, uniqueId } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

const roomy: UploadQuotas = { maxOpen: 1000, sandboxBytes: 1e12, totalBytes: 1e12 };

export function testsOfUploads(database: TestDatabase): void {
  describeStore('uploads', database, (opened) => {
    const uploadOf = (tenantId: string, fields: Partial<NewUpload> = {}): NewUpload => ({
      id: uniqueId('up'),
      tenantId,
      executionId: uniqueId('sb'),
      kind: 'file',
      sourceKind: 'spooled_stream',
      targetPath: '/data/ü',
      user: null,
      contentLength: 5_000_000_000,
      partSize: 8_388_608,
      conflict: 'merge',
      wholeChecksum: null,
      createdAt: 1000,
      expiresAt: 2000,
      ...fields,
    });

    test('are kept, changed from what they must be, and read by their owner alone', async () => {
      const [owner, stranger] = [await makeTenant(opened.store), await makeTenant(opened.store)];
      const upload = uploadOf(owner.id);
      const result = await opened.store.insertUpload(upload, roomy);
      assert.ok(result.inserted);
      const address = { tenantId: owner.id, executionId: upload.executionId, id: upload.id };
      assert.deepEqual(await opened.store.getUpload(address), result.upload);
      assert.equal(await opened.store.getUpload({ ...address, tenantId: stranger.id }), undefined);
      assert.equal(await opened.store.getUpload({ ...address, executionId: 'sb_other' }), undefined);
      const again = await opened.store.insertUpload(upload, roomy);
      assert.ok(!again.inserted && again.quota === undefined && again.upload.id === upload.id);
      const from = ['open', 'completing'] as const;
      const busy = { from, status: 'completing' as const, now: 1500, wholeChecksum: 'aa' };
      assert.equal((await opened.store.changeUpload(upload.id, busy))?.wholeChecksum, 'aa');
      const end = { from, status: 'completed' as const, now: 1600, published: { bytes: 5, files: 1 } };
      const ended = await opened.store.changeUpload(upload.id, end);
      assert.deepEqual([ended?.status, ended?.reservedBytes, ended?.publishedBytes], ['completed', 0, 5]);
      assert.equal(await opened.store.changeUpload(upload.id, busy), undefined);
    });

    test('never set aside more than they may, however many are opened at once', async () => {
      const tenant = await makeTenant(opened.store);
      const insert = (fields: Partial<NewUpload>, quotas: Partial<UploadQuotas>) =>
        opened.store.insertUpload(uploadOf(tenant.id, { contentLength: 10, ...fields }), {
          ...roomy,
          ...quotas,
        });
      const executionId = uniqueId('sb');
      for (const quotas of [{ maxOpen: 3 }, { sandboxBytes: 39 }]) {
        const own = { executionId: uniqueId('sb') };
        const results = await Promise.all(Array.from({ length: 10 }, () => insert(own, quotas)));
        assert.equal(results.filter(({ inserted }) => inserted).length, 3);
      }
      const used = (await opened.store.listUnfinishedUploads()).reduce(
        (sum, { reservedBytes }) => sum + reservedBytes,
        0,
      );
      const totalBytes = used + 30;
      const results = await Promise.all(Array.from({ length: 10 }, () => insert({}, { totalBytes })));
      assert.equal(results.filter(({ inserted }) => inserted).length, 3);
      const full = await insert({ executionId }, { totalBytes });
      assert.ok(!full.inserted && full.quota === 'totalBytes' && full.used === totalBytes);
    });

    test('are forgotten some time after their end', async () => {
      const tenant = await makeTenant(opened.store);
      const [ended, open] = [uploadOf(tenant.id), uploadOf(tenant.id)];
      for (const upload of [ended, open]) await opened.store.insertUpload(upload, roomy);
      await opened.store.changeUpload(ended.id, { from: ['open'], status: 'aborted', now: 3000 });
      await opened.store.deleteEndedUploads(3000);
      const address = ({ id, tenantId, executionId }: NewUpload) => ({ id, tenantId, executionId });
      assert.ok(await opened.store.getUpload(address(ended)));
      await opened.store.deleteEndedUploads(3001);
      assert.equal(await opened.store.getUpload(address(ended)), undefined);
      assert.ok(await opened.store.getUpload(address(open)));
    });
  });
}
