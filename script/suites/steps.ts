import { basename, join } from 'node:path';
import { findFiles, findPackages } from './find-tests.ts';
import type { Step } from './step.ts';

const cacheFolder = process.env.NULLSPACE_CACHE_DIR ?? '/var/cache/nullspace';

/**
 * Every step of the test run: checks first, then from those that take long to those that do not, so that the last ones
 * to end are short.
 *
 * @param options.long Property, fault and fuzz runs at full length (`NULLSPACE_TEST_LONG=1` for the tests).
 * @param options.seed Where property tests start (`NULLSPACE_TEST_SEED`).
 * @param options.quick Only what the fast loop runs: types, lint, arrows, unit tests.
 */
export function steps(options: { long: boolean; quick: boolean; seed: number }): Step[] {
  const chosen = options.quick
    ? [...checks(), ...unitTests()]
    : [...checks(), ...unitTests(), ...rootTests(options.long)];
  const seed = { NULLSPACE_TEST_SEED: String(options.seed) };
  const env = options.long ? { ...seed, NULLSPACE_TEST_LONG: '1' } : seed;
  const times = options.long ? 6 : 1;
  return chosen.map((step) => ({
    ...step,
    command: step.command.map((word) => lengthen(word, times)),
    env: { ...step.env, ...env },
    patienceSeconds: step.patienceSeconds * times,
  }));
}

/** The same option with a longer time, when it is the one that bounds a single test. */
function lengthen(word: string, times: number): string {
  const milliseconds = /^--test-timeout=(\d+)$/.exec(word)?.[1];
  const minutes = /^-timeout=(\d+)m$/.exec(word)?.[1];
  if (milliseconds) return `--test-timeout=${Number(milliseconds) * times}`;
  return minutes ? `-timeout=${Number(minutes) * times}m` : word;
}

function checks(): Step[] {
  return [
    check('types', ['npx', 'tsc', '--noEmit', '-p', '.']),
    check('lint', ['npx', 'biome', 'check', '.']),
    check('arrows', ['npx', 'depcruise', '--config', '.dependency-cruiser.cjs', 'packages']),
    check('generated docs', ['node', 'packages/server/scripts/generate-docs.ts', '--check']),
    check('go vet', ['go', 'vet', './...'], 'guest'),
    check('gofmt', ['sh', '-c', 'test -z "$(gofmt -l cmd internal e2e | tee /dev/stderr)"'], 'guest'),
    check('go vet: imager', ['go', 'vet', './...'], 'imager'),
    check('gofmt: imager', ['sh', '-c', 'test -z "$(gofmt -l . | tee /dev/stderr)"'], 'imager'),
    check('go vet: egress', ['go', 'vet', './...'], 'egress'),
    check('gofmt: egress', ['sh', '-c', 'test -z "$(gofmt -l . | tee /dev/stderr)"'], 'egress'),
    // Each folder has settings of its own.
    check('ruff', [
      'sh',
      '-c',
      'ruff="$(python/venv sdk)/bin/ruff" && $ruff check python test/published && $ruff format --check python test/published',
    ]),
    check('mypy', ['sh', '-c', '"$(./venv sdk)"/bin/mypy'], 'python'),
  ];
}

/** Packages whose tests take so long that they are run in parts, side by side. */
const parts: Record<string, number> = { server: 3, sdk: 2 };

function unitTests(): Step[] {
  return [
    node('script', 'script/suites/*.test.ts'),
    ...findPackages().flatMap((name) =>
      inParts(node(`unit: ${name}`, `packages/${name}/test/**/!(*.root).test.ts`), parts[name]),
    ),
    {
      name: 'unit: guest',
      command: ['go', 'test', '-v', '-count=1', './cmd/...', './internal/...'],
      folder: 'guest',
      counts: 'go',
      patienceSeconds: 600,
    },
    {
      name: 'unit: imager',
      command: ['go', 'test', '-v', '-count=1', './...'],
      folder: 'imager',
      counts: 'go',
      patienceSeconds: 600,
    },
    {
      name: 'unit: egress',
      command: ['go', 'test', '-v', '-count=1', './...'],
      folder: 'egress',
      counts: 'go',
      patienceSeconds: 600,
    },
    {
      // With the flags of the build, whose compiled packages it then finds.
      name: 'unit: engine',
      command: ['sh', '-c', 'CGO_ENABLED=0 GOFLAGS=-trimpath go test -v -count=1 ./runsc/'],
      folder: 'engine',
      counts: 'go',
      patienceSeconds: 1200,
    },
    pytest('unit: python', 'sdk', 'python/tests', ['--ignore=python/tests/live']),
  ];
}

function rootTests(long: boolean): Step[] {
  return [
    ...endToEnd(slowest),
    ...inParts(node('gVisor: runtime', 'packages/runtime/test/**/*.root.test.ts'), 2),
    ...inParts(node('gVisor: host', 'packages/host/test/**/*.root.test.ts'), 2),
    node('docs', 'test/docs/*.test.ts'),
    {
      name: 'guest in gVisor',
      command: ['go', 'test', '-v', '-count=1', '-p=1', '-timeout=15m', './e2e/...'],
      folder: 'guest',
      counts: 'go',
      patienceSeconds: 900,
    },
    ...[
      ['archive', 'FuzzUnpack'],
      ['files', 'FuzzAbsolute'],
      ['server', 'FuzzDecoder'],
    ].map(([folder, target]) => fuzz(`internal/${folder}`, String(target), long)),
    ...endToEnd(findEndToEnd().filter((name) => !slowest.includes(name))),
    node('harness', 'test/harness/*.test.ts'),
  ];
}

/** These wait longest, so they begin first. */
const slowest = [
  'fault-points',
  'pause-faults',
  'hostile-agent',
  'published-client',
  'build-faults',
  'clients',
  'warm-pools',
  'inmate',
  'terminal',
];

/** Names of the end-to-end tests: each file is a step of its own. */
function findEndToEnd(): string[] {
  return findFiles('test/e2e/*.test.ts').map((file) => basename(file, '.test.ts'));
}

function endToEnd(names: string[]): Step[] {
  return names.map((name) => node(`e2e: ${name}`, `test/e2e/${name}.test.ts`));
}

function check(name: string, command: string[], folder?: string): Step {
  return { name, command, folder, counts: 'check', patienceSeconds: 300 };
}

/** One target of the agent's fuzz tests. What it finds lands in `testdata` beside it, to be kept with the repair. */
function fuzz(folder: string, target: string, long: boolean): Step {
  // A number of tries, since an end by the clock may be told as a failure (https://go.dev/issue/75804). Minimizing an
  // input that is merely new takes longer than finding the next one.
  const times = ['-fuzztime', long ? '600000x' : '80000x', '-fuzzminimizetime', '5x'];
  return {
    name: `fuzz: ${target}`,
    command: ['go', 'test', `./${folder}`, '-run', '^$', '-fuzz', `^${target}$`, '-parallel', '2', ...times],
    folder: 'guest',
    counts: 'check',
    patienceSeconds: 300,
  };
}

/** Tests of the files that a glob names; those that need root and gVisor are named `*.root.test.ts`. */
function node(name: string, files: string): Step {
  const options = ['--test-concurrency=1', '--test-reporter=spec', '--test-timeout=600000'];
  // Each file is a process of its own, which would translate all that it imports again.
  const env = { NODE_COMPILE_CACHE: join(cacheFolder, 'compiled', `tests-${process.getuid?.()}`) };
  return { name, command: ['node', '--test', ...options, files], env, counts: 'node', patienceSeconds: 900 };
}

/** The same files in several steps, each with a share of them. */
function inParts(step: Step, count = 1): Step[] {
  if (count === 1) return [step];
  const [node, ...rest] = step.command;
  return Array.from({ length: count }, (_, index) => ({
    ...step,
    name: `${step.name} ${index + 1}/${count}`,
    command: [node!, `--test-shard=${index + 1}/${count}`, ...rest],
  }));
}

function pytest(name: string, venv: string, folder: string, args: string[]): Step {
  return {
    name,
    command: ['sh', '-c', `exec "$(python/venv ${venv})"/bin/pytest -q ${folder} ${args.join(' ')}`],
    counts: 'pytest',
    patienceSeconds: 600,
  };
}
