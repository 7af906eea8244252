import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { test } from 'node:test';
import { image, makeSite, order } from '../fixtures/open-test-host.ts';
import { refusal } from '../fixtures/refusal.ts';

test('what is not there, was damaged or has vanished from the disk is missing', async (t) => {
  const site = await makeSite(t);
  const { client, context } = await site.open();
  await client.createInstance(order('sb_1'));
  const snapshotIds = ['snap_1', 'snap_2', 'snap_3', 'snap_none'];
  for (const snapshotId of snapshotIds.slice(0, 3))
    await client.saveSnapshot({ sandboxId: 'sb_1', snapshotId });
  await context.snapshots.markCorrupt('snap_2', 'pages');
  await rm(context.snapshots.folderOf('snap_3'), { recursive: true });
  const other = `sha256-${'b'.repeat(64)}`;
  const missing = await client.findMissing({ images: [image, other], snapshotIds });
  assert.deepEqual(missing.images, [other]);
  assert.deepEqual(missing.snapshotIds, ['snap_2', 'snap_3', 'snap_none']);
  await client.deleteSnapshot({ snapshotId: 'snap_3' });
  await client.saveSnapshot({ sandboxId: 'sb_1', snapshotId: 'snap_3' });
  assert.deepEqual((await client.findMissing({ snapshotIds: ['snap_3'] })).snapshotIds, []);
  const refused = await refusal(client.findMissing({ images: ['../x'] }));
  assert.deepEqual([refused.code, refused.field], ['invalid_request', 'images']);
});
