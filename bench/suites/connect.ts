import { Sandbox } from 'nullspace';
import { type Bench, time } from '../lib/bench.ts';

export const bench: Bench = {
  name: 'connect',
  about: 'connect to a running sandbox',
  async run({ connection, rounds }) {
    const sandbox = await Sandbox.create(connection);
    const samples: number[] = [];
    for (let round = 0; round < rounds; round++)
      samples.push(await time(() => Sandbox.connect(sandbox.id, connection)));
    await sandbox.kill();
    return [
      {
        metric: 'connect to a running sandbox',
        unit: 'ms',
        samples,
        target: { text: '≤ 5 ms', of: 'p50', at: 'most', bound: 5 },
      },
    ];
  },
};
