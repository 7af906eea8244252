import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renewalAt, retryDelay } from '../../src/preview/acme/schedule.ts';

const DAY = 24 * 3600 * 1000;

test('a certificate is renewed after two thirds of its life and a little more', () => {
  const lifetime = { notBefore: 0, notAfter: 90 * DAY };
  assert.equal(
    renewalAt(lifetime, () => 0),
    60 * DAY,
  );
  assert.equal(
    renewalAt(lifetime, () => 1),
    60.9 * DAY,
  );
});

test('delays double up to six hours, and a fifth more by chance', () => {
  const delays = (random: number) =>
    [1, 2, 3, 7, 8, 1000].map(
      (failures) => retryDelay(failures, { firstMs: 300_000, random: () => random }) / 60_000,
    );
  assert.deepEqual(delays(0), [5, 10, 20, 320, 360, 360]);
  assert.deepEqual(delays(1), [6, 12, 24, 384, 432, 432]);
});

test('what the authority asks for is waited for, but never less than else', () => {
  const delay = (retryAfterMs: number) => retryDelay(1, { firstMs: 1000, retryAfterMs, random: () => 0 });
  assert.deepEqual([delay(0), delay(999), delay(DAY)], [1000, 1000, DAY]);
});
