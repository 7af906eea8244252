import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFiles } from './find-tests.ts';
import type { Step } from './step.ts';
import { steps } from './steps.ts';

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
    assert.ok(!step.command.includes('--test-timeout=600000') && !step.command.includes('-timeout=15m'));
    assert.equal(step.env?.NULLSPACE_TEST_LONG, '1');
    assert.equal(step.env?.NULLSPACE_TEST_SEED, '7');
  }
});

function filesOf({ command }: Step): string[] {
  return command.filter((word) => word.endsWith('.test.ts'));
}
