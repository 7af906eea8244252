import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { ApiError } from '../../src/api-error.ts';
import { HeldAnswers } from '../../src/commands/held-answers.ts';

const { signal } = new AbortController();
const refuse = () => new ApiError('rate_limit_exceeded', { limit: 1 });

/** A response that closes when a test says so. */
function openResponse() {
  const response = Object.assign(new EventEmitter(), { closed: false });
  return {
    response: response as unknown as ServerResponse,
    close() {
      response.closed = true;
      response.emit('close');
    },
  };
}

/** Whether a promise is settled once all that can happen now has happened. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol();
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

test('a place is kept until the client has its answer', async () => {
  const held = new HeldAnswers({ together: 1, ofTenant: 1 });
  const [first, second] = [openResponse(), openResponse()];
  await held.hold('a', first.response, refuse).admit(signal);
  const waiting = held.hold('b', second.response, refuse).admit(signal);
  assert.equal(await isSettled(waiting), false);
  first.close();
  await waiting;
});

test('what one tenant holds leaves places for others', async () => {
  const held = new HeldAnswers({ together: 3, ofTenant: 2 });
  const responses = Array.from({ length: 4 }, openResponse);
  const admits = responses.map(({ response }) => held.hold('greedy', response, refuse).admit(signal));
  await Promise.all(admits.slice(0, 2));
  assert.equal(await isSettled(admits[2]!), false);
  await held.hold('other', openResponse().response, refuse).admit(signal);
  responses[0]!.close();
  await admits[2];
  assert.equal(await isSettled(admits[3]!), false);
  responses[1]!.close();
  await admits[3];
});

test('a client that goes while it waits leaves its place in the line', async () => {
  const held = new HeldAnswers({ together: 1, ofTenant: 1 });
  const [first, gone, last] = [openResponse(), openResponse(), openResponse()];
  await held.hold('a', first.response, refuse).admit(signal);
  const leaving = held.hold('a', gone.response, refuse).admit(signal);
  const waiting = held.hold('a', last.response, refuse).admit(signal);
  gone.close();
  await assert.rejects(leaving);
  first.close();
  await waiting;
  const closed = openResponse();
  closed.close();
  await assert.rejects(held.hold('a', closed.response, refuse).admit(signal));
});

test('who finds no place for long is told', async () => {
  const held = new HeldAnswers({ together: 1, ofTenant: 1, patienceMs: 5 });
  await held.hold('a', openResponse().response, refuse).admit(signal);
  await assert.rejects(held.hold('a', openResponse().response, refuse).admit(signal), {
    code: 'rate_limit_exceeded',
  });
});
