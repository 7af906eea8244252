import assert from 'node:assert/strict';
import { test } from 'node:test';
import { host as proto } from '@nullspace/proto';
import { makeSite, order } from '../fixtures/open-test-host.ts';
import { refusal } from '../fixtures/refusal.ts';
import { until } from '../fixtures/until.ts';

test('a deadline can be moved, taken away and be past', async (t) => {
  const site = await makeSite(t);
  const { client, context } = await site.open();
  await client.createInstance(order('sb_1', {}, 60_000));
  const later = BigInt(Date.now() + 3_600_000);
  const moved = await client.setDeadline({ sandboxId: 'sb_1', deadlineUnixMs: later });
  assert.equal(moved.instance?.deadlineUnixMs, later);
  const none = await client.setDeadline({ sandboxId: 'sb_1', deadlineUnixMs: 0n });
  assert.equal(none.instance?.deadlineUnixMs, 0n);
  assert.equal(context.deadlines.size, 0);
  await client.setDeadline({ sandboxId: 'sb_1', deadlineUnixMs: BigInt(Date.now() - 1000) });
  await until(async () => {
    const { instance } = await client.getInstance({ sandboxId: 'sb_1' });
    return instance?.state === proto.State.DESTROYED && instance.reason === 'timeout';
  });
  const ended = await refusal(client.setDeadline({ sandboxId: 'sb_1', deadlineUnixMs: later }));
  assert.equal(ended.code, 'instance_not_running');
});

test('a time too far away is refused', async (t) => {
  const site = await makeSite(t, { max_timeout_ms: 1000 });
  const { client } = await site.open();
  await client.createInstance(order('sb_1'));
  for (const deadlineUnixMs of [-1n, BigInt(Date.now() + 3_600_000), 2n ** 62n]) {
    const error = await refusal(client.setDeadline({ sandboxId: 'sb_1', deadlineUnixMs }));
    assert.deepEqual([error.code, error.field], ['invalid_request', 'deadline_unix_ms']);
  }
});
