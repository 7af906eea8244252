import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gate } from '../../src/create/gate.ts';

const patient = () => ({ ms: 30_000, signal: new AbortController().signal });

test('one that leaves twice counts once, and one that gave up takes no place', async () => {
  const gate = new Gate(1);
  const leave = await gate.enter(patient());
  const impatient = new AbortController();
  const givesUp = gate.enter({ ms: 30_000, signal: impatient.signal });
  const next = gate.enter(patient());
  impatient.abort(new Error('gone'));
  await assert.rejects(givesUp, /gone/);
  leave();
  leave();
  const leaveNext = await next;
  const waits = gate.enter(patient());
  assert.equal(await Promise.race([waits.then(() => 'in'), Promise.resolve('out')]), 'out');
  leaveNext();
  (await waits)();
});

test('those that yield come after all others and leave them a place', async () => {
  const gate = new Gate(3);
  const order: string[] = [];
  const enter = (name: string, yielding: boolean) =>
    gate.enter({ ...patient(), yielding }).then((leave) => {
      order.push(name);
      return leave;
    });
  const first = await enter('refill 1', true);
  const second = await enter('refill 2', true);
  const late = enter('refill 3', true);
  const create = await enter('create 1', false);
  const waiting = enter('create 2', false);
  first();
  const leaveWaiting = await waiting;
  second();
  assert.deepEqual(order, ['refill 1', 'refill 2', 'create 1', 'create 2']);
  create();
  (await late)();
  leaveWaiting();
  assert.equal(order.at(-1), 'refill 3');
});

test('waiting has an end', async () => {
  const gate = new Gate(1);
  const leave = await gate.enter(patient());
  await assert.rejects(gate.enter({ ms: 5, signal: new AbortController().signal }), /waiting for a turn/);
  leave();
  (await gate.enter(patient()))();
});
