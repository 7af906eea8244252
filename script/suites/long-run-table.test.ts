import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { readCommit } from './commit.ts';
import { longRunPage, recordLongRun, renewRow } from './long-run-table.ts';
import type { Step } from './step.ts';
import { steps } from './steps.ts';

const empty = 'Before.\n\n<!-- Written by script/test --long: begin -->\n<!-- end -->\n\nAfter.\n';
const step = (name: string, longer?: Step['longer']): Step => ({
  name,
  command: [],
  counts: 'node',
  patienceSeconds: 1,
  longer,
});
const some = [step('types'), step('e2e: races', 'counted'), step('unit: host: operations', 'seeded')];
const run = (name: string, counts: { passed: number; failed: number; output?: string }) => ({
  steps: some,
  result: { name, seconds: 90, logFile: '', output: '', ...counts },
  seed: 42,
  commit: 'abc1234',
  date: new Date('2026-03-10T12:00:00Z'),
});

test('a long run writes a row for its step, and leaves the others as they are', () => {
  const first = renewRow(empty, run('unit: host: operations', { passed: 2, failed: 0 }));
  assert.match(first, /^Before\.\n/);
  assert.match(first, /\nAfter\.\n$/);
  assert.match(
    first,
    /\n\| `unit: host: operations` \| 2026-03-10 \| abc1234 \| 42 \| 2 passed \| 1\.5 \|\n/,
  );
  assert.match(first, /\n\| `e2e: races` \| not yet run \|/);
  assert.doesNotMatch(first, /types/);
  const second = renewRow(first, {
    ...run('e2e: races', { passed: 6, failed: 1, output: '--- FAIL: a|b (1s)\n' }),
    commit: 'def5678',
  });
  // Nothing of it comes from the seed.
  assert.match(
    second,
    /`e2e: races` \| 2026-03-10 \| def5678 \| {2}\| 6 passed, \*\*1 failed\*\*: a\\\|b \| 1\.5 \|/,
  );
  assert.match(second, /`unit: host: operations` \| 2026-03-10 \| abc1234 \| 42 \| 2 passed/);
  assert.ok(
    second.indexOf('e2e: races') < second.indexOf('unit: host: operations'),
    'in the order of the steps',
  );
});

test('the row of a step that is no more goes with the next result', () => {
  const before = renewRow(empty, run('e2e: races', { passed: 6, failed: 0 }));
  const { steps: all, ...rest } = run('unit: host: operations', { passed: 2, failed: 0 });
  const after = renewRow(before, { ...rest, steps: all.filter(({ name }) => name !== 'e2e: races') });
  assert.doesNotMatch(after, /races/);
});

test('a page without a table is refused', () => {
  assert.throws(
    () => renewRow('Nothing.\n', run('e2e: races', { passed: 1, failed: 0 })),
    /no table of long runs/,
  );
});

test('the page in docs takes a result, and keeps the rest', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'nullspace-long-run-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const page = join(root, longRunPage);
  mkdirSync(dirname(page));
  cpSync(resolve(import.meta.dirname, '../..', longRunPage), page);
  const all = steps({ long: true, quick: false, seed: 7 });
  const before = readFileSync(page, 'utf8');
  const result = { name: 'e2e: races', seconds: 60, passed: 9, failed: 0, output: '', logFile: '' };
  // The sources are no clone there.
  recordLongRun(root, { steps: all, result, seed: 7, commit: readCommit(root), date: new Date() });
  const after = readFileSync(page, 'utf8');
  assert.match(after, /\n\| `e2e: races` \| [\d-]+ \| unknown \| {2}\| 9 passed \| 1\.0 \|\n/);
  const around = (text: string) => text.replace(/(<!-- Written .*?-->\n).*(<!-- end -->)/s, '$1$2');
  assert.notEqual(around(after), after);
  assert.equal(around(after), around(before));
  assert.deepEqual(readdirSync(dirname(page)), ['testing.md']);
});
