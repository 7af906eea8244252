import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryWhileBusy } from '../../../src/store/sqlite/retry-while-busy.ts';

// 5 is SQLITE_BUSY, 261 a kind of it.
const busy = (errcode: number) => Object.assign(new Error('database is locked'), { errcode });

test('repeats while the database is locked, without blocking the event loop', async () => {
  const errors = [busy(5), busy(261)];
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const result = await retryWhileBusy(() => {
    const error = turns < 3 ? busy(5) : errors.pop();
    if (error) {
      throw error;
    }
    return 'done';
  });
  clearInterval(timer);
  assert.equal(result, 'done');
});

test('gives up at once on any other error, and where it must not repeat', async () => {
  const failing = (errcode: number) => () => {
    throw busy(errcode);
  };
  await assert.rejects(retryWhileBusy(failing(13)), { errcode: 13 });
  await assert.rejects(
    retryWhileBusy(failing(5), () => false),
    { errcode: 5 },
  );
});
