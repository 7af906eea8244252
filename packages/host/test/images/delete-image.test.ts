import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { host as proto } from '@nullspace/proto';
import { image, makeSite, order } from '../fixtures/open-test-host.ts';
import { refusal } from '../fixtures/refusal.ts';

const other = `sha256-${'b'.repeat(64)}`;

test('an image goes when nothing needs it, and says before that what does', async (t) => {
  const site = await makeSite(t);
  const { client, context } = await site.open();
  await writeFile(context.images.pathOf(other), 'image');
  const why = async () => (await refusal(client.deleteImage({ image: other }))).message;
  const starting = Promise.withResolvers<void>();
  site.machine.onStep = (step) => (step === 'start' ? starting.promise : undefined);
  const creating = client.createInstance(order('sb_1', { image: other }));
  await new Promise((resolve) => setImmediate(resolve));
  assert.match(await why(), /sandbox sb_1|operation under way/);
  starting.resolve();
  await creating;
  await client.saveSnapshot({ sandboxId: 'sb_1', snapshotId: 'snap_1', kind: proto.SnapshotKind.FILESYSTEM });
  assert.match(await why(), /sandbox sb_1/);
  await client.pauseInstance({ sandboxId: 'sb_1' });
  assert.match(await why(), /sandbox sb_1/);
  await client.killInstance({ sandboxId: 'sb_1' });
  assert.match(await why(), /snapshot snap_1/);
  await client.deleteSnapshot({ snapshotId: 'snap_1' });
  const spec = { image: other, vcpus: 1, memoryMb: 512, diskMb: 1024 };
  await client.setPools({
    pools: [{ poolId: 'twp_1', spec, minReady: 0, maxReady: 1, mode: proto.PoolMode.ENABLED }],
  });
  assert.match(await why(), /pool twp_1/);
  await client.setPools({ pools: [] });
  await client.deleteImage({ image: other });
  await client.deleteImage({ image: other });
  assert.equal(
    (await refusal(client.createInstance(order('sb_2', { image: other })))).code,
    'image_not_found',
  );
});

test('an image with a name stays', async (t) => {
  const site = await makeSite(t);
  const { client } = await site.open();
  const named = await refusal(client.deleteImage({ image }));
  assert.deepEqual([named.code, named.field], ['image_in_use', 'image']);
  assert.match(named.message, /needed by base/);
  assert.equal((await refusal(client.deleteImage({ image: '../x' }))).code, 'invalid_request');
});
