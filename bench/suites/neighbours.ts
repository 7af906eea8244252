import { Sandbox } from 'nullspace';
import { type Bench, time } from '../lib/bench.ts';
import { percentile } from '../lib/measurement.ts';

const attacks: Record<string, { script: string; memoryMb?: number }> = {
  'processor hog': { script: 'for i in 1 2 3 4 5 6 7 8; do while :; do :; done & done; wait' },
  'fork bomb': { script: 'bomb() { bomb | bomb & }; while :; do bomb; sleep 0.1; done', memoryMb: 256 },
  'memory hog': {
    script: "while :; do python3 -c 'd=[]\nwhile True: d.append(bytearray(8<<20))'; done",
    memoryMb: 256,
  },
  'endless output': { script: 'yes' },
};

export const bench: Bench = {
  name: 'neighbours',
  about: 'p99 of exec beside a hostile sandbox, compared with a quiet machine',
  async run({ connection, rounds }) {
    await using victim = await Sandbox.create(connection);
    const sample = async () => {
      const samples: number[] = [];
      for (let round = 0; round < rounds * 4; round++)
        samples.push(await time(() => victim.commands.run('/bin/true')));
      return samples;
    };
    await sample();
    const measurements = [];
    for (const [name, { script, memoryMb }] of Object.entries(attacks)) {
      const quiet = await sample();
      const hostile = await Sandbox.create({ ...connection, memoryMb });
      await hostile.commands.run(script, { shell: true, background: true }).catch(() => undefined);
      const beside = await sample();
      await hostile.kill().catch(() => undefined);
      measurements.push({
        metric: `exec beside a ${name}, p99`,
        unit: 'ms',
        samples: [percentile(beside, 0.99)],
        baseline: { name: 'quiet p99', samples: [percentile(quiet, 0.99)] },
        target: { text: '≤ 3 × quiet', of: 'ratio' as const, at: 'most' as const, bound: 3 },
      });
    }
    return measurements;
  },
};
