import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createRefusalLog } from '../../src/network/refusal-log.ts';

const refusal = (port: number, name = '') =>
  ({ protocol: 'tcp', address: '1.1.1.1', port, name, reason: 'not_allowed' }) as const;

it('counts alike refusals together and gives the newest first', () => {
  let now = 1000;
  const log = createRefusalLog({ now: () => now });
  log.add(refusal(443));
  log.add(refusal(22));
  now = 2000;
  log.add(refusal(443));
  assert.deepEqual(log.read(), {
    total: 3,
    latest: [
      { ...refusal(443), count: 2, firstUnixMs: 1000, lastUnixMs: 2000 },
      { ...refusal(22), count: 1, firstUnixMs: 1000, lastUnixMs: 1000 },
    ],
  });
});

it('keeps a bounded number of them', () => {
  const log = createRefusalLog();
  for (let port = 1; port <= 1000; port++) log.add(refusal(port));
  const { total, latest } = log.read();
  assert.equal(total, 1000);
  assert.equal(latest.length, 100);
  assert.equal(latest[0]!.port, 1000);
});

it('goes on after what was seen before', () => {
  let now = 1000;
  const before = createRefusalLog({ now: () => now });
  for (const port of [1, 2, 3]) before.add(refusal(port));
  now = 2000;
  const log = createRefusalLog({ now: () => now, before: before.read() });
  assert.deepEqual(log.read(), before.read());
  log.add(refusal(2));
  log.add(refusal(4));
  const { total, latest } = log.read();
  assert.equal(total, 5);
  assert.deepEqual(
    latest.map(({ port, count, firstUnixMs, lastUnixMs }) => [port, count, firstUnixMs, lastUnixMs]),
    [
      [4, 1, 2000, 2000],
      [2, 2, 1000, 2000],
      [3, 1, 1000, 1000],
      [1, 1, 1000, 1000],
    ],
  );
});

it('keeps of names what can be shown', () => {
  const log = createRefusalLog();
  log.add(refusal(53, `\u001b[31m\u0000é${'a'.repeat(1000)}`));
  const { name } = log.read().latest[0]!;
  assert.match(name, /^\?\[31m\?\?a+$/);
  assert.equal(name.length, 253);
});
