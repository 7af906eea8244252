import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitLeft } from '../../src/warm-pools/ask-pool.ts';

const alone = { others: 0 };
const near = (left: number, expected: number) => assert.ok(Math.abs(left - expected) <= 20, String(left));

test('the wait for a warm pool is counted from the call to its answer, and is never below nothing', () => {
  const now = performance.now();
  near(waitLeft({ waitMs: 500, askedAt: now }, alone), 495);
  near(waitLeft({ waitMs: 500, askedAt: now - 200 }, alone), 295);
  assert.equal(waitLeft({ waitMs: 500, askedAt: now - 700 }, alone), 0);
  assert.equal(waitLeft({ waitMs: 0, askedAt: now }, alone), 0);
});

test('many who wait are told one after the other, nobody more than 50 ms early', () => {
  const lefts = [0, 20, 40, 80, 1000].map((others) => {
    const askedAt = performance.now();
    return waitLeft({ waitMs: 300, askedAt }, { others });
  });
  const expected = [295, 285, 275, 255, 255];
  for (const [place, left] of lefts.entries()) near(left, expected[place]!);
  assert.ok(lefts[0]! > lefts[3]!);
  near(waitLeft({ waitMs: 30, askedAt: performance.now() }, { others: 1000 }), 25);
});
