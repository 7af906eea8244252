import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countLanes, inLanes, parseLanes } from './lanes.ts';

const gib = 2 ** 30;

test('lanes follow from the processors, and no more of them than the memory holds', () => {
  assert.equal(countLanes({ processors: 2, memoryBytes: 24 * gib }), 3);
  assert.equal(countLanes({ processors: 1, memoryBytes: 24 * gib }), 2);
  assert.equal(countLanes({ processors: 4, memoryBytes: 7 * gib }), 2);
  assert.equal(countLanes({ processors: 2, memoryBytes: gib }), 1);
  assert.equal(countLanes({ processors: 96, memoryBytes: 512 * gib }), 8);
});

test('another number can be asked for', () => {
  assert.equal(parseLanes('1'), 1);
  for (const bad of ['', '0', 'x', '1.5', '65'])
    assert.throws(() => parseLanes(bad), /whole number from 1 to 64/);
});

test('all are done, in order, and as many at once as there are lanes', async () => {
  const begun: number[] = [];
  let atOnce = 0;
  let most = 0;
  await inLanes([1, 2, 3, 4, 5, 6, 7], 3, async (one) => {
    begun.push(one);
    most = Math.max(most, ++atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    atOnce -= 1;
  });
  assert.deepEqual(begun, [1, 2, 3, 4, 5, 6, 7]);
  assert.equal(most, 3);
});
