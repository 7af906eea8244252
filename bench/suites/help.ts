import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from '../../test/harness/artifacts.ts';
import { alternate, type Bench, time } from '../lib/bench.ts';

const run = promisify(execFile);

export const bench: Bench = {
  name: 'help',
  about: 'nullspace --help beside node -e 0',
  async run({ rounds }) {
    const cli = join(repository, 'packages/cli/bin/nullspace.js');
    const samples = await alternate(rounds, {
      ours: () => time(() => run(cli, ['--help'])),
      node: () => time(() => run(process.execPath, ['-e', '0'])),
    });
    return [
      {
        metric: 'nullspace --help',
        unit: 'ms',
        samples: samples.ours!,
        baseline: { name: 'node -e 0', samples: samples.node! },
        target: { text: '≤ 3 × node -e 0', of: 'ratio', at: 'most', bound: 3 },
      },
    ];
  },
};
