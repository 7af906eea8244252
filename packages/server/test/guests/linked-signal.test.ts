import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { linkSignals } from '../../src/guests/linked-signal.ts';

test('aborts with any of those that it follows', () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const linked = linkSignals([first.signal, undefined, second.signal]);
  assert.equal(linked.signal.aborted, false);
  second.abort();
  assert.equal(linked.signal.aborted, true);
});

test('is aborted from the start when one of them is', () => {
  assert.equal(linkSignals([AbortSignal.abort()]).signal.aborted, true);
});

test('leaves nothing on them once it is released', () => {
  const source = new AbortController();
  const linked = linkSignals([source.signal]);
  assert.equal(getEventListeners(source.signal, 'abort').length, 1);
  linked.release();
  assert.equal(getEventListeners(source.signal, 'abort').length, 0);
  source.abort();
  assert.equal(linked.signal.aborted, false);
});
