import { setTimeout as sleep } from 'node:timers/promises';
import { Sandbox, TemplateWarmPool } from 'nullspace';
import { type Bench, time } from '../lib/bench.ts';
import { spread } from '../lib/spread.ts';

const count = 100;
const rounds = 5;
/** What refills still have to do for the machine when their instances are ready, so that it is not measured. */
const calmMs = 1000;
const size = { vcpus: 1, memoryMb: 64 };

export const bench: Bench = {
  name: 'checkout-many',
  about: `${count} creates at once from a warm pool of ${count}, each until a command has answered`,
  settings: {
    ...{ cpu_overcommit: String(2 * count), max_instances: String(4 * count) },
    prepared_slots: String(count),
  },
  async run({ connection }) {
    const settings = { template: 'base', name: 'many', minReady: count, maxReady: count, ...size };
    const pool = await TemplateWarmPool.create(settings, connection);
    const samples: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await pool.enable();
      await pool.waitUntilReady({ timeoutSecs: 600 });
      // Refills of the next round are not what is measured.
      await pool.disable();
      await sleep(calmMs);
      const made: Sandbox[] = [];
      const taken = await time(() =>
        spread({ count, atOnce: count }, async () => {
          const options = { ...connection, ...size, warmPool: pool.id, warmPoolMode: 'require' as const };
          const sandbox = await Sandbox.create(options);
          made.push(sandbox);
          await sandbox.commands.run('echo', { args: ['ready'] });
        }),
      );
      samples.push(taken);
      await spread({ count, atOnce: 8 }, (index) => made[index]!.kill());
    }
    return [
      {
        metric: `${count} creates at once, all answering`,
        ...{ unit: 'ms', samples },
        target: { text: '≤ 1.5 s', of: 'p50', at: 'most', bound: 1500 },
      },
      {
        metric: 'creates a second',
        ...{ unit: 'sandboxes/s', samples: samples.map((taken) => (count * 1000) / taken) },
      },
    ];
  },
};
