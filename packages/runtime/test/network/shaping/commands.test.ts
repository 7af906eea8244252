import assert from 'node:assert/strict';
import { it } from 'node:test';
import { changeBatch, limitBatch, sizesOf } from '../../../src/network/shaping/commands.ts';

it('lets no packet wait for more than 100 ms, and holds what the engine can still send beside', () => {
  for (const mbps of [1, 2, 3, 10, 19, 20, 100, 1000, 100_000]) {
    const { queue, burst, uncut } = sizesOf(mbps);
    assert.ok((queue * 8) / mbps / 1000 < 100, `${mbps} Mbit/s: ${queue} bytes`);
    assert.ok(queue >= 8 * 1514 && queue <= 2 * 1024 * 1024, `${mbps} Mbit/s: ${queue} bytes`);
    assert.ok(burst >= 1514 && uncut >= 1514, `${mbps} Mbit/s`);
    // A packet that is longer than the queue would never get through.
    assert.ok(uncut < queue || uncut <= 1600, `${mbps} Mbit/s: packets of ${uncut} bytes`);
  }
});

it('tells what is between host and guest by the address of the host, at the side where it stands', () => {
  const inside = limitBatch({ device: 'eth0', namespace: 'x', hostIs: 'dst' }, '10.0.0.1', 5);
  assert.match(inside, /dev eth0 .* match ip dst 10\.0\.0\.1\/32 flowid 1:0\n/);
  assert.match(inside, /rate 5mbit/);
  // What is not told apart is limited.
  assert.match(inside, /root handle 1: htb default 10\n/);
});

it('changes a limit without a moment between', () => {
  const lines = changeBatch({ device: 'eth0', hostIs: 'dst' }, 5).trim().split('\n');
  assert.equal(lines.length, 3);
  assert.match(lines[0]!, /^class change /);
  assert.match(lines[1]!, /^qdisc replace dev eth0 parent 1:10 /);
  assert.match(lines[2]!, /^qdisc replace dev eth0 parent 10:1 /);
});
