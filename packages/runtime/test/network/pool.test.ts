import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPool, type PoolOptions } from '../../src/network/pool.ts';

function makePool(options: Partial<PoolOptions> = {}) {
  const made: number[][] = [];
  const errors: Error[] = [];
  const pool = createPool({
    first: 1,
    end: 100,
    ready: 8,
    few: 2,
    calmMs: 20,
    make: async (indexes) => {
      await sleep(1);
      made.push(indexes);
    },
    remove: async () => {},
    onError: (error) => errors.push(error),
    ...options,
  });
  return { pool, made, errors };
}

test('slots are made together, and none while others are taken and some are left', async () => {
  const { pool, made } = makePool({ calmMs: 60_000 });
  const times = () => made.map(({ length }) => length);
  await pool.fill();
  assert.deepEqual(times(), [8]);
  for (let count = 0; count < 5; count++) await pool.acquire();
  await sleep(20);
  assert.deepEqual(times(), [8]);
  await pool.acquire();
  while (made.length < 2) await sleep(5);
  assert.deepEqual(times(), [8, 6]);
  await pool.close();
});

test('a burst has none made before few are left', async () => {
  const { pool, made } = makePool({ few: 0, calmMs: 60_000 });
  await pool.fill();
  for (let count = 0; count < 7; count++) await pool.acquire();
  await sleep(20);
  assert.equal(made.length, 1);
  await pool.acquire();
  while (made.length < 2) await sleep(5);
  await pool.close();
});

test('a pool that is put off is filled once it is calm', async () => {
  const { pool, made } = makePool({ calmMs: 500 });
  await pool.fill();
  await pool.acquire();
  for (let count = 0; count < 7; count++) {
    await sleep(100);
    pool.putOff();
  }
  assert.equal(made.length, 1);
  while (made.length < 2) await sleep(5);
  await pool.close();
});

test('also slots of which few are left wait until it is calm, unless somebody waits for one', async () => {
  const { pool, made } = makePool({ ready: 20, few: 20, calmMs: 500 });
  await pool.fill();
  for (let count = 0; count < 7; count++) {
    pool.putOff();
    await sleep(100);
  }
  // What was under way is finished.
  assert.ok(made.length <= 2, `${made.length} were made`);
  for (let taken = 0; taken < 17; taken++) {
    pool.putOff();
    await pool.acquire();
  }
  assert.equal(made.length, 3);
  while (made.length < 5) await sleep(5);
  await pool.close();
});

test('a large pool is filled bit by bit', async () => {
  const { pool, made } = makePool({ ready: 20 });
  await pool.fill();
  assert.equal(made.flat().length, 8);
  while (made.flat().length < 20) await sleep(5);
  assert.equal(made.length, 3);
  await pool.close();
});

test('the pool is filled up once nobody takes slots', async () => {
  const { pool, made } = makePool();
  await pool.fill();
  await pool.acquire();
  while (made.length < 2) await sleep(5);
  assert.deepEqual(made[1]?.length, 1);
  await pool.close();
});

test('many at once get slots of their own, made few times', async () => {
  const { pool, made } = makePool();
  const taken = await Promise.all(Array.from({ length: 40 }, () => pool.acquire()));
  assert.equal(new Set(taken).size, 40);
  assert.ok(taken.every((index) => index !== undefined));
  assert.ok(made.length <= 6, `${made.length} times`);
  await pool.close();
});

test('a range that is used up gives nothing, and again when a slot comes back', async () => {
  const { pool } = makePool({ end: 4, ready: 2 });
  const taken = [await pool.acquire(), await pool.acquire(), await pool.acquire()];
  assert.deepEqual([...taken].sort(), [1, 2, 3]);
  assert.equal(await pool.acquire(), undefined);
  await pool.release(2);
  assert.equal(await pool.acquire(), 2);
});

test('a slot that cannot be made fails those who wait for it, not later ones', async () => {
  let broken = true;
  const { pool } = makePool({
    make: async () => {
      await sleep(1);
      if (broken) throw new Error('no room');
    },
  });
  await assert.rejects(pool.acquire(), /no room/);
  broken = false;
  assert.notEqual(await pool.acquire(), undefined);
  await pool.close();
});

test('a slot that is being removed is not made again before it is gone', async () => {
  const gone = Promise.withResolvers<void>();
  const { pool } = makePool({ end: 4, ready: 1, remove: () => gone.promise });
  const released = pool.release(2);
  const taken = [await pool.acquire(), await pool.acquire()];
  assert.deepEqual(taken.sort(), [1, 3]);
  gone.resolve();
  await released;
  assert.equal(await pool.acquire(), 2);
  await pool.close();
});
