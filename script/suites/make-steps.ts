import { basename, join } from 'node:path';
import { findFiles } from './find-tests.ts';
import { readLonger } from './longer.ts';
import type { Step } from './step.ts';

const cacheFolder = process.env.NULLSPACE_CACHE_DIR ?? '/var/cache/nullspace';

export function check(name: string, command: string[], folder?: string): Step {
  return { name, command, folder, counts: 'check', patienceSeconds: 300 };
}

/**
 * Tests of the files that a glob names; those that need root and gVisor are named `*.root.test.ts`. Files that do more
 * in a long run are steps of their own, so that each can be run and has its own result; the others go into parts.
 */
export function node(name: string, glob: string, parts = 1): Step[] {
  const files = findFiles(glob);
  if (files.length === 1) return [nodeStep(name, files)];
  const alone = files.filter((file) => readLonger([file]));
  const others = files.filter((file) => !alone.includes(file));
  return [
    ...alone.map((file) =>
      nodeStep(`${name}: ${basename(file).replace(/(\.root)?\.test\.ts$/, '')}`, [file]),
    ),
    ...Array.from({ length: parts }, (_, part) =>
      nodeStep(
        parts === 1 ? name : `${name} ${part + 1}/${parts}`,
        others.filter((_, index) => index % parts === part),
      ),
    ),
  ];
}

function nodeStep(name: string, files: string[]): Step {
  const options = ['--test-concurrency=1', '--test-reporter=spec', '--test-timeout=600000'];
  // Each file is a process of its own, which would translate all that it imports again.
  const env = { NODE_COMPILE_CACHE: join(cacheFolder, 'compiled', `tests-${process.getuid?.()}`) };
  const command = ['node', '--test', ...options, ...files];
  return { name, command, env, counts: 'node', patienceSeconds: 1800, longer: readLonger(files) };
}

export function go(name: string, folder: string, command: string[], patienceSeconds = 600): Step {
  const longer = readLonger(findFiles(`${folder}/**/*_test.go`));
  return { name, command, folder, counts: 'go', patienceSeconds, longer };
}

/** What two processors get tried in about a minute; a long run tries ten times as much. */
const tries = { FuzzUnpack: 500_000, FuzzAbsolute: 1_200_000, FuzzDecoder: 150_000 };

/** One target of the agent's fuzz tests. What it finds lands in `testdata` beside it, to be kept with the repair. */
export function fuzz(folder: string, target: keyof typeof tries, long: boolean): Step {
  // A number of tries, since an end by the clock may be told as a failure (https://go.dev/issue/75804). Minimizing an
  // input that is merely new takes longer than finding the next one.
  const times = ['-fuzztime', `${tries[target] * (long ? 10 : 1)}x`, '-fuzzminimizetime', '5x'];
  return {
    name: `fuzz: ${target}`,
    command: ['go', 'test', `./${folder}`, '-run', '^$', '-fuzz', `^${target}$`, '-parallel', '2', ...times],
    folder: 'guest',
    counts: 'check',
    patienceSeconds: 900,
    longer: 'counted',
  };
}

export function pytest(name: string, venv: string, folder: string, args: string[]): Step {
  return {
    name,
    command: ['sh', '-c', `exec "$(python/venv ${venv})"/bin/pytest -q ${folder} ${args.join(' ')}`],
    counts: 'pytest',
    patienceSeconds: 600,
    longer: readLonger(findFiles(`${folder}/**/*.py`)),
  };
}
