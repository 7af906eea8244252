import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeLongRun, longRunFile, recordLongRun } from './record-long-run.ts';

test('a long run is kept with how to repeat it, each step and the sums', () => {
  const text = describeLongRun({
    seed: 42,
    seconds: 150,
    commit: 'abc1234',
    date: new Date('2026-03-10T12:00:00Z'),
    results: [
      { name: 'unit: host', seconds: 100, passed: 12, failed: 0 },
      { name: 'e2e: hostile', seconds: 80, passed: 5, failed: 1 },
    ],
  });
  assert.match(text, /^script\/test --long --seed 42\n2026-03-10T12:00:00\.000Z, commit abc1234\n/);
  assert.match(text, /\nok {3}unit: host +100\.0 s {2}12 passed, 0 failed\nFAIL e2e: hostile/);
  assert.match(text, /\n17 passed, 1 failed in 3 min\n$/);
});

test('a long run is written down, also where the sources are no clone', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'nullspace-long-run-'));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, 'test'));
  const result = { name: 'types', seconds: 1, passed: 1, failed: 0, output: '', logFile: '' };
  recordLongRun(root, { seed: 7, seconds: 60, results: [result] });
  assert.match(
    readFileSync(join(root, longRunFile), 'utf8'),
    /--seed 7\n.*commit unknown\n.*1 passed, 0 failed in 1 min/s,
  );
});
