import { randomBytes } from 'node:crypto';
import { Sandbox } from 'nullspace';
import { alternate, type Bench, time } from '../lib/bench.ts';
import { startRawTcp } from '../lib/raw-tcp.ts';

const MEBIBYTE = 1024 * 1024;
const BYTES = 256 * MEBIBYTE;

export const bench: Bench = {
  name: 'transfer',
  about: 'one file of 256 MiB up and down, beside a raw TCP stream into and out of the guest',
  async run({ connection, installation, rounds }) {
    await using sandbox = await Sandbox.create({ ...connection, memoryMb: 1024, diskMb: 4096 });
    const raw = await startRawTcp(installation, sandbox);
    const content = randomBytes(BYTES);
    const path = '/workspace/large';
    const rate = async (act: () => Promise<unknown>) => BYTES / MEBIBYTE / ((await time(act)) / 1000);
    const samples = await alternate(Math.max(3, Math.round(rounds / 10)), {
      rawUp: () => rate(() => raw.send(BYTES)),
      up: () => rate(() => sandbox.files.write(path, content)),
      parts: () => rate(() => sandbox.files.upload(content, path)),
      disk: () =>
        rate(() => sandbox.commands.run(`dd if=/dev/zero of=${path} bs=1M count=256`, { shell: true })),
      rawDown: () => rate(() => raw.receive(BYTES)),
      down: () =>
        rate(async () => {
          let left = BYTES;
          for await (const chunk of await sandbox.files.readStream(path)) left -= chunk.length;
          if (left !== 0) throw new Error(`${left} bytes did not come`);
        }),
    });
    const rawUp = { name: 'raw TCP into the guest', samples: samples.rawUp! };
    const target = { text: '≥ 0.5 × raw TCP', of: 'ratio' as const, at: 'least' as const, bound: 0.5 };
    return [
      {
        metric: 'upload of 256 MiB',
        unit: 'MiB/s',
        samples: samples.up!,
        baseline: rawUp,
        target,
      },
      { metric: 'upload in parts', unit: 'MiB/s', samples: samples.parts!, baseline: rawUp },
      { metric: 'written inside the guest', unit: 'MiB/s', samples: samples.disk!, baseline: rawUp },
      {
        metric: 'download of 256 MiB',
        unit: 'MiB/s',
        samples: samples.down!,
        baseline: { name: 'raw TCP out of the guest', samples: samples.rawDown! },
        target,
      },
    ];
  },
};
