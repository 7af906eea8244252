import { setTimeout as sleep } from 'node:timers/promises';
import { Sandbox, TemplateWarmPool } from 'nullspace';
import { readyInstances } from '../../test/harness/leftovers.ts';
import { until } from '../../test/harness/until.ts';
import { alternate, type Bench, time } from '../lib/bench.ts';

const calmMs = 300;

export const bench: Bench = {
  name: 'refill',
  about: 'how long a pool needs to replace what was taken, and what that costs creates beside it',
  async run({ installation, connection, rounds }) {
    const settings = { template: 'base', name: 'refill', minReady: 1, maxReady: 1 };
    const pool = await TemplateWarmPool.create(settings, connection);
    const full = () => until(() => readyInstances(installation).length === 1, 'the pool is full');
    const cold = async () => {
      let sandbox: Sandbox | undefined;
      const taken = await time(async () => {
        sandbox = await Sandbox.create({ ...connection, warmPoolMode: 'bypass' });
      });
      await sandbox!.kill();
      return taken;
    };
    const take = () => Sandbox.create({ ...connection, warmPool: pool.id, warmPoolMode: 'require' });
    const samples = await alternate(rounds, {
      cold: async () => {
        await full();
        await sleep(calmMs);
        return cold();
      },
      refill: async () => {
        await full();
        await sleep(calmMs);
        const sandbox = await take();
        await full();
        const { lastRefillMs } = await readPool(connection, pool.id);
        await sandbox.kill();
        return lastRefillMs;
      },
      beside: async () => {
        await full();
        await sleep(calmMs);
        const sandbox = await take();
        const taken = await cold();
        await sandbox.kill();
        return taken;
      },
    });
    const baseline = { name: 'cold create', samples: samples.cold! };
    return [
      {
        metric: 'refill of one',
        ...{ unit: 'ms', samples: samples.refill!, baseline },
        target: { text: '≤ 1.5 × cold', of: 'ratio', at: 'most', bound: 1.5 },
      },
      {
        metric: 'cold create beside a refill',
        ...{ unit: 'ms', samples: samples.beside!, baseline },
        target: { text: '≤ 1.5 × cold', of: 'ratio', at: 'most', bound: 1.5 },
      },
    ];
  },
};

async function readPool({ apiKey, baseUrl }: { apiKey: string; baseUrl: string }, id: string) {
  const headers = { authorization: `Bearer ${apiKey}` };
  const response = await fetch(`${baseUrl}/v1/template-warm-pools/${id}`, { headers });
  const { last_refill_ms: lastRefillMs } = (await response.json()) as { last_refill_ms: number };
  return { lastRefillMs };
}
