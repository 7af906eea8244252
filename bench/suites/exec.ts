import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Sandbox } from 'nullspace';
import { buildArtifacts } from '../../test/harness/artifacts.ts';
import { engineStateFolder, instanceOf } from '../../test/harness/leftovers.ts';
import { alternate, type Bench, time } from '../lib/bench.ts';

const run = promisify(execFile);

export const bench: Bench = {
  name: 'exec',
  about: '/bin/true on a live sandbox beside the same spawn timed inside the guest',
  async run({ connection, installation, rounds }) {
    await using sandbox = await Sandbox.create(connection);
    const { runsc } = buildArtifacts();
    const instance = instanceOf(installation, sandbox.id)!;
    const inside: number[] = [];
    const call = () => sandbox.commands.run('/bin/true');
    for (let warm = 0; warm < 50; warm++) await call();
    const samples = await alternate(rounds * 10, {
      ours: async () => {
        const started = performance.now();
        const result = await call();
        const taken = performance.now() - started;
        inside.push((result.spawnUs! + result.runUs!) / 1000);
        return taken;
      },
      ...(rounds >= 10 && {
        runsc: (round: number) =>
          round % 10 === 0
            ? time(() =>
                run(runsc, [`--root=${engineStateFolder(installation)}`, 'exec', instance, '/bin/true']),
              )
            : Promise.resolve(Number.NaN),
      }),
    });
    const direct = (samples.runsc ?? []).filter((value) => !Number.isNaN(value));
    const ours = samples.ours!;
    return [
      {
        metric: 'exec of /bin/true, over the spawn inside',
        unit: 'ms',
        samples: ours,
        baseline: { name: 'the same spawn, timed by the agent', samples: inside },
        target: { text: '≤ spawn inside + 3 ms', of: 'p50 over baseline', at: 'most', bound: 3 },
      },
      {
        metric: 'exec of /bin/true, p99 over its median',
        unit: 'ms',
        samples: [
          Math.max(
            ...ours
              .slice()
              .sort((a, b) => a - b)
              .slice(0, Math.ceil(ours.length * 0.99)),
          ),
        ],
        baseline: { name: 'its median', samples: ours },
        target: { text: '≤ 4 × the median', of: 'ratio', at: 'most', bound: 4 },
      },
      {
        metric: 'exec of /bin/true, beside runsc exec',
        unit: 'ms',
        samples: ours,
        baseline: { name: 'runsc exec', samples: direct },
      },
    ];
  },
};
