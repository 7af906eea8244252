import { Sandbox } from 'nullspace';
import { alternate, type Bench, time } from '../lib/bench.ts';
import { RawRunsc } from '../lib/raw-runsc.ts';
import { spread } from '../lib/spread.ts';

const count = 40;
const atOnce = 8;

export const bench: Bench = {
  name: 'create-many',
  about: `${count} sandboxes, ${atOnce} at a time, beside raw runsc`,
  // Two vCPUs each are more than a small machine gives out by default.
  // The namespaces of raw sandboxes are made ahead, all of them.
  settings: { cpu_overcommit: String(2 * count), prepared_slots: String(count) },
  async run({ connection }) {
    const raw = new RawRunsc(count);
    try {
      const perSecond = (milliseconds: number) => (count * 1000) / milliseconds;
      const samples = await alternate(3, {
        ours: async () => {
          const made: Sandbox[] = [];
          const taken = await time(() =>
            spread({ count, atOnce }, async () => {
              const sandbox = await Sandbox.create(connection);
              await sandbox.commands.run('echo', { args: ['ready'] });
              made.push(sandbox);
            }),
          );
          for (const sandbox of made) await sandbox.kill();
          return perSecond(taken);
        },
        raw: async (round) => {
          const taken = await time(() =>
            spread({ count, atOnce }, (index) => raw.start(index, `${index}-of-round-${round}`)),
          );
          for (let index = 0; index < count; index++) await raw.stop(`${index}-of-round-${round}`);
          return perSecond(taken);
        },
      });
      return [
        {
          metric: `${count} sandboxes, ${atOnce} at a time`,
          unit: 'sandboxes/s',
          samples: samples.ours!,
          baseline: { name: 'raw runsc', samples: samples.raw! },
          target: { text: '≥ 0.8 × raw', of: 'ratio', at: 'least', bound: 0.8 },
        },
      ];
    } finally {
      await raw.close();
    }
  },
};
