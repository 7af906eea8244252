import { Sandbox } from 'nullspace';
import { alternate, type Bench, time } from '../lib/bench.ts';
import { RawRunsc } from '../lib/raw-runsc.ts';
import { spread } from '../lib/spread.ts';

const count = 32;
const atOnce = 8;

export const bench: Bench = {
  name: 'fork-many',
  about: `fork(count=${count}) of an idle sandbox until all children answer, beside raw restores ${atOnce} at a time`,
  // Two vCPUs each are more than a small machine gives out by default.
  // The namespaces of raw sandboxes are made ahead, all of them, and as many are by default.
  settings: { cpu_overcommit: String(2 * count + 2), prepared_slots: String(count) },
  async run({ connection }) {
    const raw = new RawRunsc(count + 1);
    try {
      const source = await Sandbox.create(connection);
      await source.commands.run('echo', { args: ['ready'] });
      const perSecond = (milliseconds: number) => (count * 1000) / milliseconds;
      /** Starts as many raw ones from what one was saved to, and tells how many came up in a second. */
      const restoreRaw = async (name: string) => {
        await raw.start(count, `source-${name}`);
        await raw.checkpoint(`source-${name}`, name, { leaveRunning: true });
        const taken = await time(() =>
          spread({ count, atOnce }, (index) => raw.restore(index, `${index}-of-${name}`, name)),
        );
        for (let index = 0; index < count; index++) await raw.stop(`${index}-of-${name}`);
        await raw.stop(`source-${name}`);
        raw.removeCheckpoint(name);
        return perSecond(taken);
      };
      const samples = await alternate(3, {
        ours: async () => {
          const made: Sandbox[] = [];
          const taken = await time(async () => {
            for (const { sandbox, error } of await source.fork({ count })) {
              if (!sandbox) throw error;
              made.push(sandbox);
            }
            await Promise.all(made.map((child) => child.commands.run('echo', { args: ['ready'] })));
          });
          for (const child of made) await child.kill();
          return perSecond(taken);
        },
        raw: async (round) => await restoreRaw(`round-${round}-stock`),
        bare: async (round) => await raw.withOurs(() => restoreRaw(`round-${round}-ours`)),
      });
      return [
        {
          metric: `fork into ${count}, all answering`,
          unit: 'sandboxes/s',
          samples: samples.ours!,
          baseline: { name: `raw restores, ${atOnce} at a time`, samples: samples.raw! },
          target: { text: '≥ 0.8 × raw', of: 'ratio', at: 'least', bound: 0.8 },
        },
        {
          metric: 'the same beside our own runsc alone',
          unit: 'sandboxes/s',
          samples: samples.ours!,
          baseline: { name: 'its restores', samples: samples.bare! },
        },
      ];
    } finally {
      await raw.close();
    }
  },
};
