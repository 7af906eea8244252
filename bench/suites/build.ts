import { Sandbox, Template } from 'nullspace';
import { alternate, type Bench, time } from '../lib/bench.ts';

const stepsBefore = 9;
/** A step with some work of its own. */
const lastStep = (word: string) => `sleep 1; echo ${word} > /last`;

export const bench: Bench = {
  name: 'build',
  about: 'a template of 10 steps built again with nothing changed, and with its last step changed',
  async run({ connection, rounds }) {
    const size = { vcpus: 1, memoryMb: 512, diskMb: 1024 };
    const build = (word: string) => {
      let template = Template.fromTemplate('base');
      for (let step = 1; step <= stepsBefore; step++)
        template = template.runCmd(`echo ${step} > /step-${step}`);
      return Template.build(template.runCmd(lastStep(word)), 'bench', { ...connection, ...size });
    };
    await build('first');
    const sandbox = await Sandbox.create({ ...connection, timeout: 3600 });
    const samples = await alternate(Math.min(rounds, 10), {
      unchanged: () => time(() => build('first')),
      step: (round) => time(() => sandbox.commands.run(lastStep(`alone-${round}`), { shell: true })),
      changed: (round) => time(() => build(`changed-${round}`)),
    });
    await sandbox.kill();
    return [
      {
        metric: 'rebuild with nothing changed',
        ...{ unit: 'ms', samples: samples.unchanged! },
        target: { text: '≤ 1 s', of: 'p50', at: 'most', bound: 1000 },
      },
      {
        metric: 'rebuild with the last of 10 steps changed',
        ...{ unit: 'ms', samples: samples.changed! },
        baseline: { name: 'that step in a running sandbox', samples: samples.step! },
        target: { text: '≤ that step + 3 s', of: 'p50 over baseline', at: 'most', bound: 3000 },
      },
    ];
  },
};
