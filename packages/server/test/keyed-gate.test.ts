import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { KeyedGate } from '../src/keyed-gate.ts';

const never = new AbortController().signal;

test('lets so many in at a time for each key, in order', async () => {
  const gate = new KeyedGate(1);
  const leave = await gate.enter('a', never);
  (await gate.enter('b', never))();
  const order: string[] = [];
  const enter = async (name: string) => {
    const leaveAgain = await gate.enter('a', never);
    order.push(name);
    return leaveAgain;
  };
  const second = enter('second');
  const third = enter('third');
  await turn();
  assert.deepEqual(order, []);
  leave();
  leave();
  const done = await second;
  await turn();
  assert.deepEqual(order, ['second']);
  done();
  (await third)();
  (await gate.enter('a', never))();
});

test('whoever gives up waiting holds nobody up', async () => {
  const gate = new KeyedGate(1);
  const leave = await gate.enter('a', never);
  const impatient = new AbortController();
  const given = gate.enter('a', impatient.signal);
  const next = gate.enter('a', never);
  impatient.abort();
  await assert.rejects(given);
  leave();
  (await next)();
});

test('what is done in turn is done one after another, also after one that failed', async () => {
  const gate = new KeyedGate(1);
  const done: string[] = [];
  const first = gate.inTurn('a', async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    done.push('first');
    throw new Error('on purpose');
  });
  const second = gate.inTurn('a', async () => done.push('second'));
  await assert.rejects(first, /on purpose/);
  assert.equal(await second, 2);
  assert.deepEqual(done, ['first', 'second']);
});
