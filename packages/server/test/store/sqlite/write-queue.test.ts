import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DatabaseTransaction } from '../../../src/store/schema.ts';
import { WriteQueue } from '../../../src/store/sqlite/write-queue.ts';
import { openTestSqlite } from '../fixtures/open-sqlite.ts';

const insert = (id: string) => async (transaction: DatabaseTransaction) => {
  await transaction.insertInto('tenants').values({ id, name: id, created_at: 1 }).execute();
};

/** A queue whose disk answers when the test wants. */
async function makeQueue(t: TestContext) {
  const db = await openTestSqlite(t);
  const turns: PromiseWithResolvers<void>[] = [];
  const sync = () => {
    const turn = Promise.withResolvers<void>();
    turns.push(turn);
    return turn.promise;
  };
  const names = async () =>
    (await db.selectFrom('tenants').select('id').orderBy('id').execute()).map(({ id }) => id);
  return { db, queue: new WriteQueue(db, { sync }), turns, names };
}

test('a slow disk holds up who asked for it alone', async (t) => {
  const { queue, turns, names } = await makeQueue(t);
  let told = false;
  const waiting = queue.run('now', insert('a')).then(() => {
    told = true;
  });
  await queue.run('soon', insert('b'));
  await queue.run('soon', insert('c'));
  assert.deepEqual(await names(), ['a', 'b', 'c']);
  await sleep(10);
  assert.equal(told, false);
  turns[0]!.resolve();
  await waiting;
  assert.equal(turns.length, 1);
});

test('a disk that fails is told, and the next write is tried', async (t) => {
  const { queue, turns } = await makeQueue(t);
  const first = assert.rejects(queue.run('now', insert('a')), /input\/output/);
  while (turns.length === 0) await sleep(1);
  turns[0]!.reject(Object.assign(new Error('EIO: input/output error'), { code: 'EIO' }));
  await first;
  const second = queue.run('now', insert('b'));
  while (turns.length === 1) await sleep(1);
  turns[1]!.resolve();
  await second;
});

test('a write that fails takes none with it, whichever of its transaction it is', async (t) => {
  const { queue, names } = await makeQueue(t);
  const fail = async (transaction: DatabaseTransaction) => {
    await insert('x')(transaction);
    throw new Error('changed its mind');
  };
  for (const place of [0, 1, 2]) {
    const actions = [insert(`${place}a`), insert(`${place}b`)];
    actions.splice(place, 0, fail);
    const outcomes = await Promise.allSettled(actions.map((action) => queue.run('soon', action)));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      [0, 1, 2].map((at) => (at === place ? 'rejected' : 'fulfilled')),
    );
  }
  assert.deepEqual(await names(), ['0a', '0b', '1a', '1b', '2a', '2b']);
});

test('writes that could not begin are refused together', async (t) => {
  const { queue, db } = await makeQueue(t);
  await db.destroy();
  const outcomes = await Promise.allSettled(['a', 'b'].map((id) => queue.run('soon', insert(id))));
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  );
});
