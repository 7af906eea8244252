import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { findFiles } from './find-tests.ts';
import type { Step } from './step.ts';
import { steps } from './steps.ts';

const root = resolve(import.meta.dirname, '../..');
const all = steps({ long: false, quick: false, seed: 1 });

test('every test file is run by exactly one step', () => {
  const run = all.filter(({ counts }) => counts === 'node').flatMap(filesOf);
  assert.ok(run.includes('test/e2e/first-sandbox.test.ts'));
  assert.deepEqual(
    findFiles('**/*.test.ts').filter((file) => !run.includes(file)),
    [],
  );
  assert.deepEqual(
    run.filter((file, index) => run.indexOf(file) !== index),
    [],
  );
});

test('a file that does more in a long run is a step of its own, which says so', () => {
  const longer = all.filter((step) => step.longer);
  for (const step of longer.filter(({ counts }) => counts === 'node')) assert.equal(filesOf(step).length, 1);
  const of = (kind: Step['longer']) => longer.filter((step) => step.longer === kind).map(({ name }) => name);
  for (const name of ['unit: host: operations.property', 'gVisor: runtime: policies', 'e2e: programs'])
    assert.ok(of('seeded').includes(name), name);
  for (const name of ['gVisor: host: kill-nine', 'e2e: races', 'fuzz: FuzzDecoder', 'unit: engine'])
    assert.ok(of('counted').includes(name), name);
  for (const name of ['types', 'script', 'unit: host', 'e2e: hostile'])
    assert.ok(
      all.some((step) => step.name === name && !step.longer),
      name,
    );
});

test('steps have names of their own', () => {
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
});

test('the fast loop has no step that needs root', () => {
  const names = steps({ long: false, quick: true, seed: 1 }).map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => /^(e2e|gVisor|guest|fuzz|docs|harness)/.test(name)),
    [],
  );
  assert.ok(names.includes('unit: host'));
});

test('a long run gives each step more time, and says so to the tests', () => {
  const long = steps({ long: true, quick: false, seed: 7 });
  for (const [index, step] of long.entries()) {
    assert.ok(step.patienceSeconds > all[index]!.patienceSeconds);
    if (step.counts === 'node' || step.counts === 'go')
      assert.ok(boundOf(step) > boundOf(all[index]!), step.name);
    assert.equal(step.env?.NULLSPACE_TEST_LONG, '1');
    assert.equal(step.env?.NULLSPACE_TEST_SEED, '7');
  }
});

test('every fuzz target of the agent is tried, early, and ten times as often in a long run', () => {
  const targets = findFiles('guest/internal/**/*_test.go').flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/^func (Fuzz\w+)/gm)].map(
      ([, name]) => `fuzz: ${name}`,
    ),
  );
  const fuzzed = all.filter(({ name }) => name.startsWith('fuzz: '));
  assert.deepEqual(fuzzed.map(({ name }) => name).sort(), targets.sort());
  const long = steps({ long: true, quick: false, seed: 1 });
  for (const step of fuzzed) {
    // Other steps are left to run beside them.
    assert.ok(all.length - all.indexOf(step) > 20);
    const again = long.find(({ name }) => name === step.name)!;
    assert.equal(triesOf(again.command), 10 * triesOf(step.command));
  }
});

function triesOf(command: string[]): number {
  return Number(/^(\d+)x$/.exec(command[command.indexOf('-fuzztime') + 1]!)?.[1]);
}

/** How long a single test may take, in the unit of its runner. */
function boundOf({ command }: Step): number {
  return Number(/-timeout=(\d+)m?$/.exec(command.find((word) => word.includes('-timeout=')) ?? '')?.[1]);
}

function filesOf({ command }: Step): string[] {
  return command.filter((word) => word.endsWith('.test.ts'));
}
