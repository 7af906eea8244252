import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameFailures } from './failures.ts';

test('failed tests are named once each, as each runner prints them', () => {
  const node =
    '✖ breaks (9ms)\nℹ fail 2\n\n✖ failing tests:\n\ntest at a.ts:1:1\n✖ breaks (9ms)\n  Error: x\n✖ hangs\n';
  assert.equal(nameFailures({ output: node }), 'breaks; hangs');
  assert.equal(
    nameFailures({ output: '--- FAIL: TestA (0.00s)\n    --- FAIL: TestA/x (0.00s)\n' }),
    'TestA; TestA/x',
  );
  assert.equal(
    nameFailures({ output: 'FAILED tests/test_a.py::test_b - Error\n' }),
    'tests/test_a.py::test_b',
  );
});

test('where no test is named, the last line says what happened', () => {
  assert.equal(
    nameFailures({ output: 'x\n\nended after 900 s without a result\n' }),
    'ended after 900 s without a result',
  );
  assert.equal(nameFailures({ output: '' }), 'no output');
  assert.equal(nameFailures({ output: 'x'.repeat(1000) }).length, 161);
});
