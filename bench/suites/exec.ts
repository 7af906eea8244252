import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Sandbox } from 'nullspace';
import { buildArtifacts } from '../../test/harness/artifacts.ts';
import { engineStateFolder, instanceOf } from '../../test/harness/leftovers.ts';
import { alternate, type Bench, time } from '../lib/bench.ts';
import { type Measurement, percentile } from '../lib/measurement.ts';
import { startPythonExec } from '../lib/python-exec.ts';

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
    using python = startPythonExec(installation, sandbox.id);
    for (let warm = 0; warm < 50; warm++) await call();
    for (let warm = 0; warm < 50; warm++) await python.time();
    const samples = await alternate(rounds * 10, {
      ours: async () => {
        const started = performance.now();
        const result = await call();
        const taken = performance.now() - started;
        inside.push((result.spawnUs! + result.runUs!) / 1000);
        return taken;
      },
      python: () => python.time(),
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
        target: { text: '≤ spawn inside + 2 ms', of: 'p50 over baseline', at: 'most', bound: 2 },
      },
      slowest('exec of /bin/true, p99 over its median', ours),
      {
        metric: 'Python: exec of /bin/true, over the spawn inside',
        unit: 'ms',
        samples: samples.python!,
        baseline: { name: 'the spawn of the other calls', samples: inside },
        target: { text: '≤ spawn inside + 4 ms', of: 'p50 over baseline', at: 'most', bound: 4 },
      },
      slowest('Python: exec of /bin/true, p99 over its median', samples.python!),
      {
        metric: 'exec of /bin/true, beside runsc exec',
        unit: 'ms',
        samples: ours,
        baseline: { name: 'runsc exec', samples: direct },
      },
    ];
  },
};

function slowest(metric: string, samples: number[]): Measurement {
  return {
    metric,
    unit: 'ms',
    samples: [percentile(samples, 0.99)],
    baseline: { name: 'its median', samples },
    target: { text: '≤ 4 × the median', of: 'ratio', at: 'most', bound: 4 },
  };
}
