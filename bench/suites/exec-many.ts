import { cpus } from 'node:os';
import { Sandbox } from 'nullspace';
import { alternate, type Bench, time } from '../lib/bench.ts';

const SANDBOXES = 20;
const EACH = 10;

export const bench: Bench = {
  name: 'exec-many',
  about: '200 commands at once on 20 sandboxes, beside one at a time',
  async run({ connection, rounds }) {
    const sandboxes: Sandbox[] = [];
    for (let n = 0; n < SANDBOXES; n++) {
      sandboxes.push(await Sandbox.create({ ...connection, memoryMb: 128, vcpus: 1 }));
    }
    const run = (sandbox: Sandbox) => sandbox.commands.run('/bin/true');
    for (const sandbox of sandboxes) await run(sandbox);
    const total = SANDBOXES * EACH;
    const samples = await alternate(Math.max(3, Math.round(rounds / 10)), {
      single: async () => {
        const taken = await time(async () => {
          for (let turn = 0; turn < EACH; turn++) await run(sandboxes[turn % SANDBOXES]!);
        });
        return (EACH / taken) * 1000 * cpus().length;
      },
      together: async () => {
        const calls = Array.from({ length: total }, (_, index) => index % SANDBOXES);
        const taken = await time(() => Promise.all(calls.map((index) => run(sandboxes[index]!))));
        return (total / taken) * 1000;
      },
    });
    await Promise.all(sandboxes.map((sandbox) => sandbox.kill()));
    return [
      {
        metric: '200 commands at once',
        unit: 'a second',
        samples: samples.together!,
        baseline: { name: 'one at a time × cores', samples: samples.single! },
        target: { text: '≥ 0.7 × one at a time × cores', of: 'ratio', at: 'least', bound: 0.7 },
      },
    ];
  },
};
