import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFiles } from './find-tests.ts';
import { steps } from './steps.ts';

const all = steps({ long: false, quick: false, seed: 1 });

test('every test file is run by exactly one step', () => {
  const run = all
    .filter(({ counts }) => counts === 'node')
    .flatMap(({ command }) => findFiles(command.at(-1)!));
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

test('steps have names of their own', () => {
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length);
});

test('the fast loop has no step that needs root', () => {
  const names = steps({ long: false, quick: true, seed: 1 }).map(({ name }) => name);
  assert.deepEqual(
    names.filter((name) => /^(e2e|gVisor|guest|fuzz|docs|harness)/.test(name)),
    [],
  );
  assert.ok(names.includes('unit: server'));
});

test('a long run gives each step more time, and says so to the tests', () => {
  const long = steps({ long: true, quick: false, seed: 7 });
  for (const [index, step] of long.entries()) {
    assert.ok(step.patienceSeconds > all[index]!.patienceSeconds);
    assert.equal(step.env?.NULLSPACE_TEST_LONG, '1');
    assert.equal(step.env?.NULLSPACE_TEST_SEED, '7');
  }
});
