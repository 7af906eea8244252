import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitLeft } from '../../src/warm-pools/ask-pool.ts';

test('the wait for a warm pool is counted from the call to its answer, and is never below nothing', () => {
  const now = performance.now();
  const near = (left: number, expected: number) => assert.ok(Math.abs(left - expected) <= 20, String(left));
  near(waitLeft({ waitMs: 500, askedAt: now }), 475);
  near(waitLeft({ waitMs: 500, askedAt: now - 200 }), 275);
  assert.equal(waitLeft({ waitMs: 500, askedAt: now - 700 }), 0);
  assert.equal(waitLeft({ waitMs: 0, askedAt: now }), 0);
});
