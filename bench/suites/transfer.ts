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
    const url = `${connection.baseUrl}/v1/sandboxes/${sandbox.id}/file?path=/workspace/large`;
    const headers = { authorization: `Bearer ${connection.apiKey}` };
    const rate = async (act: () => Promise<unknown>) => BYTES / MEBIBYTE / ((await time(act)) / 1000);
    const samples = await alternate(Math.max(3, Math.round(rounds / 10)), {
      rawUp: () => rate(() => raw.send(BYTES)),
      up: () => rate(() => fetch(url, { method: 'PUT', headers, body: content })),
      rawDown: () => rate(() => raw.receive(BYTES)),
      down: () =>
        rate(async () => {
          let left = BYTES;
          const { body } = await fetch(url, { headers });
          for await (const chunk of body!) left -= chunk.length;
          if (left !== 0) throw new Error(`${left} bytes did not come`);
        }),
    });
    const target = { text: '≥ 0.5 × raw TCP', of: 'ratio' as const, at: 'least' as const, bound: 0.5 };
    return [
      {
        metric: 'upload of 256 MiB',
        unit: 'MiB/s',
        samples: samples.up!,
        baseline: { name: 'raw TCP into the guest', samples: samples.rawUp! },
        target,
      },
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
