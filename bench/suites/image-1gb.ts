import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createHostClient } from '@nullspace/host';
import { host as proto } from '@nullspace/proto';
import { Sandbox } from 'nullspace';
import { type Bench, time } from '../lib/bench.ts';

const run = promisify(execFile);

/** With the base image about 1 GB, half of it in many small files. */
const fill = 'cp -a /usr /copy && head -c 250000000 /dev/urandom > /blob && sync';

export const bench: Bench = {
  name: 'image-1gb',
  about:
    'root image of 1 GB made of a base image and the files of a sandbox, beside mkfs.erofs of unpacked files',
  async run({ installation, connection, rounds }) {
    const client = createHostClient(join(installation.dataDir, 'run/host.sock'));
    const folder = await mkdtemp(join(tmpdir(), 'nullspace-bench-'));
    const samples = { ours: [] as number[], mkfs: [] as number[] };
    try {
      const sandbox = await Sandbox.create({ ...connection, timeout: 3600 });
      await sandbox.commands.run(fill, { shell: true, timeoutSecs: 300 });
      const kind = proto.SnapshotKind.FILESYSTEM;
      for (let round = 0; round < Math.min(rounds, 3); round++) {
        const snapshotId = `layer_${round}`;
        await client.saveSnapshot({ sandboxId: sandbox.id, snapshotId, kind });
        let image = '';
        samples.ours.push(
          await time(async () => {
            image = (await client.assembleImage({ snapshotId })).image;
          }),
        );
        const file = join(installation.dataDir, `host/images/${image}.erofs`);
        const unpacked = join(folder, 'root');
        await run('fsck.erofs', [`--extract=${unpacked}`, file], { maxBuffer: 1 << 26 });
        samples.mkfs.push(
          await time(async () => {
            const again = join(folder, 'again.erofs');
            await run('mkfs.erofs', ['--quiet', '-E', 'noinline_data', again, unpacked]);
            await run('sync', [again]);
            await run('sha256sum', [again]);
          }),
        );
        await client.deleteSnapshot({ snapshotId });
        await client.deleteImage({ image });
        await rm(unpacked, { recursive: true });
      }
      await sandbox.kill();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return [
      {
        metric: 'image of a 1 GB root',
        unit: 'ms',
        samples: samples.ours,
        baseline: { name: 'mkfs.erofs of unpacked files, sync, digest', samples: samples.mkfs },
        target: { text: '≤ 10 s', of: 'p50', at: 'most', bound: 10_000 },
      },
    ];
  },
};
