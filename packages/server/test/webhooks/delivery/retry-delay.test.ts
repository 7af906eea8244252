import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { propertyRun } from '../../../../../test/harness/property-run.ts';
import { retryDelay } from '../../../src/webhooks/delivery/retry-delay.ts';

test('delays grow up to six hours, differ by chance, and end', () => {
  const delays = (random: () => number) =>
    Array.from({ length: 12 }, (_, index) =>
      retryDelay(index + 1, { firstMs: 5000, maxAttempts: 12, random }),
    );
  const hour = 3_600_000;
  const full = delays(() => 1);
  assert.deepEqual(full.slice(0, 4), [5000, 15_000, 45_000, 135_000]);
  assert.deepEqual(full.slice(8), [6 * hour, 6 * hour, 6 * hour, null]);
  assert.deepEqual(delays(() => 0).slice(0, 2), [2500, 7500]);
});

test('whatever the chance, each delay but the longest is longer than the one before', (t) => {
  const chance = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7 }), chance, chance, (attempt, one, other) => {
      const options = { firstMs: 5000, maxAttempts: 12 };
      const before = retryDelay(attempt, { ...options, random: () => one })!;
      assert.ok(retryDelay(attempt + 1, { ...options, random: () => other })! > before);
    }),
    propertyRun(t, { short: 200, long: 2000 }),
  );
});
