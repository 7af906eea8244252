import { basename } from 'node:path';
import { findFiles, findPackages } from './find-tests.ts';
import { check, fuzz, go, node, pytest } from './make-steps.ts';
import type { Step } from './step.ts';

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
    check(
      'gofmt',
      ['sh', '-c', 'test -z "$(gofmt -l cmd internal toolchain e2e | tee /dev/stderr)"'],
      'guest',
    ),
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
  const tests = ['go', 'test', '-v', '-count=1', '-timeout=10m'];
  return [
    ...node('script', 'script/suites/*.test.ts'),
    ...findPackages().flatMap((name) =>
      node(`unit: ${name}`, `packages/${name}/test/**/!(*.root).test.ts`, parts[name]),
    ),
    go('unit: guest', 'guest', [...tests, './cmd/...', './internal/...', './toolchain/...']),
    go('unit: imager', 'imager', [...tests, './...']),
    go('unit: egress', 'egress', [...tests, './...']),
    // With -trimpath, so that what was compiled in another working copy is found.
    go('unit: engine', 'engine', ['env', 'CGO_ENABLED=0', 'GOFLAGS=-trimpath', ...tests, './runsc/'], 1200),
    pytest('unit: python', 'sdk', 'python/tests', ['--ignore=python/tests/live']),
  ];
}

function rootTests(long: boolean): Step[] {
  return [
    ...endToEnd(slowest),
    fuzz('internal/archive', 'FuzzUnpack', long),
    fuzz('internal/files', 'FuzzAbsolute', long),
    fuzz('internal/server', 'FuzzDecoder', long),
    ...node('gVisor: runtime', 'packages/runtime/test/**/*.root.test.ts', 2),
    ...node('gVisor: host', 'packages/host/test/**/*.root.test.ts', 2),
    ...node('docs', 'test/docs/*.test.ts'),
    go(
      'guest in gVisor',
      'guest',
      ['go', 'test', '-v', '-count=1', '-p=1', '-timeout=15m', './e2e/...'],
      900,
    ),
    ...endToEnd(findEndToEnd().filter((name) => !slowest.includes(name))),
    ...node('harness', 'test/harness/*.test.ts'),
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
  return names.flatMap((name) => node(`e2e: ${name}`, `test/e2e/${name}.test.ts`));
}
