import { setTimeout as sleep } from 'node:timers/promises';
import { Sandbox } from 'nullspace';
import { alternate, type Bench, time } from '../lib/bench.ts';
import { RawRunsc } from '../lib/raw-runsc.ts';

export const bench: Bench = {
  name: 'pause',
  about: 'hibernate and resume of an idle sandbox, beside raw checkpoint and restore',
  async run({ connection, rounds }) {
    const raw = new RawRunsc(1);
    const taken = {
      hibernate: [] as number[],
      checkpoint: [] as number[],
      bareCheckpoint: [] as number[],
    };
    /** Saves a raw sandbox and tells how long a start from that takes. */
    const pauseRaw = async (name: string, checkpoints: number[]) => {
      await raw.start(0, `raw-${name}`);
      checkpoints.push(await time(() => raw.checkpoint(`raw-${name}`, name, { leaveRunning: false })));
      await raw.stop(`raw-${name}`);
      const first = await time(() => raw.restore(0, `copy-${name}`, name));
      await raw.stop(`copy-${name}`);
      raw.removeCheckpoint(name);
      return first;
    };
    try {
      const samples = await alternate(rounds, {
        ours: async () => {
          const sandbox = await Sandbox.create(connection);
          await sandbox.commands.run('echo', { args: ['ready'] });
          let snapshotId = '';
          taken.hibernate.push(
            await time(async () => {
              snapshotId = (await sandbox.hibernate()).id;
            }),
          );
          // What frees the machine after the answer is no part of the resume.
          await sleep(500);
          let resumed: Sandbox | undefined;
          const first = await time(async () => {
            resumed = await Sandbox.resume(snapshotId, connection);
            await resumed.commands.run('echo', { args: ['ready'] });
          });
          await resumed!.kill();
          // Nor is it a part of raw.
          await sleep(300);
          return first;
        },
        raw: async (round) => await pauseRaw(`${round}-stock`, taken.checkpoint),
        bare: async (round) => await raw.withOurs(() => pauseRaw(`${round}-ours`, taken.bareCheckpoint)),
      });
      return [
        {
          metric: 'hibernate of an idle sandbox',
          unit: 'ms',
          samples: taken.hibernate,
          baseline: { name: 'raw checkpoint', samples: taken.checkpoint },
          target: { text: '≤ 2 × raw', of: 'ratio', at: 'most', bound: 2 },
        },
        {
          metric: 'resume to first output, idle sandbox',
          unit: 'ms',
          samples: samples.ours!,
          baseline: { name: 'raw restore to first answer', samples: samples.raw! },
          target: { text: '≤ 1.3 × raw', of: 'ratio', at: 'most', bound: 1.3 },
        },
        {
          metric: 'the same hibernate beside our own runsc alone',
          unit: 'ms',
          samples: taken.hibernate,
          baseline: { name: 'its checkpoint', samples: taken.bareCheckpoint },
        },
        {
          metric: 'the same resume beside our own runsc alone',
          unit: 'ms',
          samples: samples.ours!,
          baseline: { name: 'its restore to first answer', samples: samples.bare! },
        },
      ];
    } finally {
      await raw.close();
    }
  },
};
