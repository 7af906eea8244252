import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeSite, order } from '../fixtures/open-test-host.ts';

test('everything that lies on the disk is named, the largest first', async (t) => {
  const site = await makeSite(t);
  const { client, context } = await site.open();
  const mib = 1024 * 1024;
  const { instance } = await client.createInstance(order('sb_1'));
  await writeFile(join(context.registry.get('sb_1').folder, 'layer'), Buffer.alloc(3 * mib));
  await client.saveSnapshot({ sandboxId: 'sb_1', snapshotId: 'snap_1' });
  await writeFile(join(context.snapshots.filesOf('snap_1'), 'pages'), Buffer.alloc(2 * mib));
  await mkdir(join(context.snapshots.folder, 'snap_partial/files.partial'), { recursive: true });
  await writeFile(join(context.snapshots.folder, 'snap_partial/files.partial/pages'), Buffer.alloc(mib));
  const engine = context.engine;
  const usage = { cpuUsec: 0, memoryBytes: 0, processes: 1, diskBytes: 4 * mib };
  context.engine = { ...engine, usage: async (id) => (id === instance?.instanceId ? usage : undefined) };

  const { freeBytes, totalBytes, uses } = await client.describeDisk({});
  assert.ok(freeBytes > 0n && freeBytes < totalBytes);
  const inMib = uses.map(({ kind, id, bytes }) => [kind, id.slice(0, 12), Math.floor(Number(bytes) / mib)]);
  assert.deepEqual(inMib, [
    ['instance', 'sb_1', 7],
    ['snapshot', 'snap_1', 2],
    ['temporary', 'snap_partial', 1],
    ['image', 'sha256-aaaaa', 0],
  ]);
});
