import { Sandbox } from 'nullspace';
import { type Bench, time } from '../lib/bench.ts';
import { RawRunsc } from '../lib/raw-runsc.ts';

const mib = 2048;
/** Writes so much that is not zero, and says when it is done. */
const fill = `python3 -c 'import os
block = os.urandom(4 << 20)
with open("/var/big", "wb") as file:
    for _ in range(${mib / 4}):
        file.write(block)
print("written", flush=True)'`;

export const bench: Bench = {
  name: 'pause-disk',
  about: `pause and resume of a sandbox that has written ${mib} MiB to its disk, beside raw runsc`,
  async run({ connection, rounds }) {
    const raw = new RawRunsc(1);
    const rates = { ours: [] as number[], raw: [] as number[], durable: [] as number[] };
    const resumes = { ours: [] as number[], raw: [] as number[] };
    const rateIn = (milliseconds: number) => (mib * 1000) / milliseconds;
    try {
      for (let round = 0; round < Math.min(rounds, 2); round++) {
        let sandbox = await Sandbox.create({ ...connection, timeout: 3600 });
        await sandbox.commands.run(fill, { shell: true, timeoutSecs: 300 });
        rates.ours.push(rateIn(await time(() => sandbox.pause())));
        resumes.ours.push(
          await time(async () => {
            sandbox = await Sandbox.connect(sandbox.id, connection);
            await sandbox.commands.run('echo', { args: ['ready'] });
          }),
        );
        await sandbox.kill();

        await raw.start(0, `source-${round}`);
        await raw.startScript(0, fill);
        const folder = `disk-${round}`;
        const written = await time(() => raw.checkpoint(`source-${round}`, folder, { leaveRunning: false }));
        rates.raw.push(rateIn(written));
        rates.durable.push(rateIn(written + (await time(() => raw.syncCheckpoint(folder)))));
        await raw.stop(`source-${round}`);
        resumes.raw.push(await time(() => raw.restore(0, `copy-${round}`, folder)));
        await raw.stop(`copy-${round}`);
        raw.removeCheckpoint(folder);
      }
    } finally {
      await raw.close();
    }
    const pause = { metric: `pause with ${mib} MiB on disk`, unit: 'MiB/s', samples: rates.ours };
    const resume = { metric: 'its resume to first output', unit: 'ms', samples: resumes.ours };
    return [
      {
        ...pause,
        baseline: { name: 'raw checkpoint', samples: rates.raw },
        target: { text: '≥ 0.8 × raw', of: 'ratio', at: 'least', bound: 0.8 },
      },
      // A pause has reached the disk when it is answered; that of the raw checkpoint is in the page cache.
      { ...pause, baseline: { name: 'raw checkpoint and fsync', samples: rates.durable } },
      {
        ...resume,
        baseline: { name: 'raw background restore', samples: resumes.raw },
        target: { text: '≤ 1.3 × raw', of: 'ratio', at: 'most', bound: 1.3 },
      },
      { ...resume, target: { text: '≤ 1.5 s', of: 'p50', at: 'most', bound: 1500 } },
    ];
  },
};
