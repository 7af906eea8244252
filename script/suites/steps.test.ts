import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFiles } from './find-tests.ts';
import { steps } from './steps.ts';

const all = steps({ long: false, quick: false, seed: 1 });

test('every test file is run by exactly one step', () => {
  const run = all
    .filter(({ counts }) => counts === 'node')
    .filter(({ command }) => (shardOf(command)?.[0] ?? 1) === 1)
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

test('of files that are run in parts no part is left out', () => {
  const inParts = all.filter(({ command }) => shardOf(command));
  assert.ok(inParts.length > 0);
  for (const shards of Map.groupBy(inParts, ({ command }) => command.at(-1)!).values()) {
    const numbers = shards.map(({ command }) => shardOf(command)!);
    const expected = numbers.map((_, index) => [index + 1, numbers.length]);
    assert.deepEqual(numbers, expected);
  }
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

/** Which part of how many. */
function shardOf(command: string[]): [number, number] | undefined {
  const shard = command.find((word) => word.startsWith('--test-shard='))?.split('=')[1];
  const [index, count] = shard?.split('/').map(Number) ?? [];
  return shard === undefined ? undefined : [index!, count!];
}
