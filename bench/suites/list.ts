import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Sandbox } from 'nullspace';
import { repository } from '../../test/harness/artifacts.ts';
import { type Bench, time } from '../lib/bench.ts';

export const bench: Bench = {
  name: 'list',
  about: 'list of 20 out of 100,000 sandboxes with a metadata filter',
  async run({ connection, installation, rounds }) {
    const seed = join(repository, 'packages/server/scripts/seed-sandboxes.ts');
    execFileSync(
      process.execPath,
      [seed, '--data-dir', installation.dataDir, '--tenant', 'default', '--count', '100000'],
      { stdio: 'pipe' },
    );
    const list = (team: string) =>
      Sandbox.list({
        ...connection,
        limit: 20,
        query: { metadata: { team }, state: ['creating', 'running', 'paused', 'destroyed', 'error'] },
      });
    const page = await list('team-3');
    if (page.items.length !== 20) throw new Error(`the list has ${page.items.length} entries`);
    const samples = [];
    for (let round = 0; round < rounds * 5; round++)
      samples.push(await time(() => list(`team-${round % 10}`)));
    return [
      {
        metric: '20 of 100,000 with a metadata filter',
        unit: 'ms',
        samples,
        target: { text: '≤ 10 ms', of: 'p50', at: 'most', bound: 10 },
      },
    ];
  },
};
