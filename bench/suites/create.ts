import { setTimeout as sleep } from 'node:timers/promises';
import { Sandbox } from 'nullspace';
import { alternate, type Bench, time } from '../lib/bench.ts';
import { RawRunsc } from '../lib/raw-runsc.ts';

export const bench: Bench = {
  name: 'create',
  about: "create to the first command's output, one after another, beside raw runsc",
  async run({ connection, rounds }) {
    const raw = new RawRunsc(1);
    const startRaw = async (id: string) => {
      const taken = await time(() => raw.start(0, id));
      await raw.stop(id);
      return taken;
    };
    try {
      const samples = await alternate(rounds, {
        ours: async () => {
          let sandbox: Sandbox | undefined;
          const taken = await time(async () => {
            sandbox = await Sandbox.create(connection);
            await sandbox.commands.run('echo', { args: ['ready'] });
          });
          await sandbox!.kill();
          // What the host does behind the answer is no part of raw.
          await sleep(300);
          return taken;
        },
        raw: async (round) => await startRaw(`raw-${round}-stock`),
        bare: async (round) => await raw.withOurs(() => startRaw(`bare-${round}-ours`)),
      });
      return [
        {
          metric: 'create to first output',
          unit: 'ms',
          samples: samples.ours!,
          baseline: { name: 'raw runsc to first answer', samples: samples.raw! },
          target: { text: '≤ 1.3 × raw', of: 'ratio', at: 'most', bound: 1.3 },
        },
        {
          metric: 'the same beside our own runsc alone',
          unit: 'ms',
          samples: samples.ours!,
          baseline: { name: 'our runsc to first answer', samples: samples.bare! },
        },
      ];
    } finally {
      await raw.close();
    }
  },
};
