import { Sandbox } from 'nullspace';
import { alternate, type Bench, time } from '../lib/bench.ts';

export const bench: Bench = {
  name: 'batch-write',
  about: '1,000 files of 1 KB in one call',
  async run({ connection, rounds }) {
    await using sandbox = await Sandbox.create(connection);
    const content = 'x'.repeat(1000);
    const samples = await alternate(Math.max(5, Math.round(rounds / 3)), {
      ours: (round) =>
        time(() =>
          sandbox.files.writeMany(
            Array.from({ length: 1000 }, (_, index) => ({ path: `/workspace/${round}/${index}`, content })),
          ),
        ),
    });
    return [
      {
        metric: '1,000 files of 1 KB',
        unit: 'ms',
        samples: samples.ours!,
        target: { text: '≤ 500 ms', of: 'p50', at: 'most', bound: 500 },
      },
    ];
  },
};
