import { setTimeout as sleep } from 'node:timers/promises';
import { type CreateOptions, Sandbox, TemplateWarmPool } from 'nullspace';
import { readyInstances } from '../../test/harness/leftovers.ts';
import { until } from '../../test/harness/until.ts';
import { alternate, type Bench, time } from '../lib/bench.ts';

const ready = 2;
/** Of which the slowest one is left out for the 99th percentile. */
const hundred = 100;
/** What a refill still has to do for the machine when its instance is ready, so that it is not measured. */
const calmMs = 300;

export const bench: Bench = {
  name: 'checkout',
  about:
    "create to the first command's output from a warm pool and from the host's own pool, beside a cold one",
  settings: { ready_base: String(ready) },
  async run({ installation, connection, rounds }) {
    const pool = await TemplateWarmPool.create(
      { template: 'base', name: 'checkout', minReady: ready, maxReady: ready },
      connection,
    );
    const act = async (options: CreateOptions) => {
      await until(() => readyInstances(installation).length === 2 * ready, 'both pools are full');
      await sleep(calmMs);
      let sandbox: Sandbox | undefined;
      const taken = await time(async () => {
        sandbox = await Sandbox.create({ ...connection, ...options });
        await sandbox.commands.run('echo', { args: ['ready'] });
      });
      await sandbox!.kill();
      return taken;
    };
    const warm = () => act({ warmPool: pool.id, warmPoolMode: 'require' });
    const samples = await alternate(rounds, {
      warm,
      plain: () => act({}),
      cold: () => act({ warmPoolMode: 'bypass' }),
    });
    const more = await alternate(Math.max(0, hundred - rounds), { warm });
    const baseline = { name: 'cold', samples: samples.cold! };
    return [
      {
        metric: 'from a warm pool to first output',
        ...{ unit: 'ms', samples: samples.warm! },
        target: { text: '≤ 25 ms', of: 'p50', at: 'most', bound: 25 },
      },
      {
        metric: 'the same a hundred times',
        ...{ unit: 'ms', samples: [...samples.warm!, ...more.warm!] },
        target: { text: 'p99 ≤ 100 ms', of: 'p99', at: 'most', bound: 100 },
      },
      {
        metric: 'the same beside a cold one',
        ...{ unit: 'ms', samples: samples.warm!, baseline },
        target: { text: '≤ 0.2 × cold', of: 'ratio', at: 'most', bound: 0.2 },
      },
      {
        metric: 'plain create to first output',
        ...{ unit: 'ms', samples: samples.plain!, baseline },
        target: { text: '≤ 25 ms', of: 'p50', at: 'most', bound: 25 },
      },
    ];
  },
};
