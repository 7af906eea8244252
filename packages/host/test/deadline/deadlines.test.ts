import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deadlines } from '../../src/deadline/deadlines.ts';

test('fires at its absolute time, also beyond the longest timer', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
  const deadlines = new Deadlines();
  const fired: string[] = [];
  const day = 24 * 3600 * 1000;
  deadlines.set('far', 1_000_000 + 29 * day, () => fired.push('far'));
  deadlines.set('near', 1_000_500, () => fired.push('near'));
  deadlines.set('past', 5, () => fired.push('past'));
  deadlines.set('moved', 1_000_100, () => fired.push('early'));
  deadlines.set('moved', 1_000_600, () => fired.push('moved'));
  deadlines.set('cleared', 1_000_100, () => fired.push('cleared'));
  deadlines.clear('cleared');
  t.mock.timers.tick(1);
  assert.deepEqual(fired, ['past']);
  t.mock.timers.tick(498);
  assert.deepEqual(fired, ['past']);
  t.mock.timers.tick(1);
  assert.deepEqual(fired, ['past', 'near']);
  t.mock.timers.tick(100);
  assert.deepEqual(fired, ['past', 'near', 'moved']);
  // In steps as long as the longest timer, since the mock moves the date only once a tick.
  const steps = Math.floor((29 * day - 600 - 1) / 30_000);
  for (let step = 0; step < steps; step += 1) t.mock.timers.tick(30_000);
  assert.equal(fired.includes('far'), false);
  t.mock.timers.tick(30_000);
  assert.equal(fired.includes('far'), true);
  assert.equal(deadlines.size, 0);
});
