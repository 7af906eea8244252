import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseSeed } from './seed.ts';

test('a run starts from the same seed each time, a long one from another', () => {
  assert.equal(chooseSeed(undefined, false), 1);
  assert.notEqual(chooseSeed(undefined, true), chooseSeed(undefined, true));
});

test('a seed can be asked for', () => {
  assert.equal(chooseSeed('0', true), 0);
  assert.equal(chooseSeed('2147483647', false), 2147483647);
  for (const bad of ['', ' ', 'x', '-1', '1.5', '2147483648'])
    assert.throws(() => chooseSeed(bad, false), /whole number from 0 to 2147483647/);
});
