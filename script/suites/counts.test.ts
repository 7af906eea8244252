import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countTests } from './counts.ts';

test('counts what each runner prints', () => {
  assert.deepEqual(countTests('node', 'ℹ tests 3\nℹ pass 2\nℹ fail 1\nℹ cancelled 0\n', 1), {
    passed: 2,
    failed: 1,
  });
  assert.deepEqual(countTests('pytest', '==== 1 failed, 12 passed, 1 error in 3.21s ====\n', 1), {
    passed: 12,
    failed: 1,
  });
  assert.deepEqual(countTests('pytest', '12 passed in 3.21s\n', 0), { passed: 12, failed: 0 });
  assert.deepEqual(countTests('go', '--- PASS: TestA (0.00s)\n    --- FAIL: TestB/x (0.00s)\n', 1), {
    passed: 1,
    failed: 1,
  });
  assert.deepEqual(countTests('check', '', 0), { passed: 1, failed: 0 });
});

test('a run without tests, or one that breaks off, is a failure', () => {
  assert.deepEqual(countTests('node', '', 0), { passed: 0, failed: 1 });
  assert.deepEqual(countTests('pytest', '5 passed in 1.00s', 137), { passed: 5, failed: 1 });
});
