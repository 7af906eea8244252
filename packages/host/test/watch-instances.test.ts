import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import { host as proto } from '@nullspace/proto';
import { BehindError, Changes } from '../src/changes.ts';
import type { InstanceRecord } from '../src/instance/record.ts';
import { makeSite, order } from './fixtures/open-test-host.ts';

test('a watcher gets everything, then each change in order, then the end of the host', async (t) => {
  const site = await makeSite(t);
  const host = await site.open({ timing: { keepAliveMs: 20 } });
  await host.client.createInstance(order('sb_1'));
  const seen: string[] = [];
  const kept = Promise.withResolvers<void>();
  const all = Promise.withResolvers<void>();
  const watching = (async () => {
    for await (const { message } of host.client.watchInstances({})) {
      if (message.case === 'all') {
        seen.push(`all ${message.value.instances.map(({ sandboxId }) => sandboxId)}`);
        all.resolve();
      } else if (message.case === 'changed') {
        seen.push(`${message.value.sandboxId} ${proto.State[message.value.state]}`);
      } else {
        kept.resolve();
      }
    }
  })();
  await all.promise;
  await host.client.createInstance(order('sb_2'));
  await host.client.killInstance({ sandboxId: 'sb_1', reason: '' });
  await kept.promise;
  await host.close();
  await assert.rejects(watching, (error) => error instanceof ConnectError && error.code === Code.Unavailable);
  assert.deepEqual(seen, ['all sb_1', 'sb_2 CREATING', 'sb_2 RUNNING', 'sb_1 DESTROYED']);
  assert.equal(host.context.changes.subscribers, 0);
});

test('a watcher that falls behind is cut off and the others are not', async () => {
  const changes = new Changes({ limit: 3 });
  using slow = changes.subscribe();
  using quick = changes.subscribe();
  for (let number = 0; number < 5; number += 1) {
    const record = { sandbox_id: `sb_${number}` } as InstanceRecord;
    changes.publish({ published: record });
    assert.deepEqual(await quick.next({ waitMs: 0 }), { record });
  }
  await assert.rejects(slow.next({ waitMs: 0 }), BehindError);
  assert.equal(changes.subscribers, 1);
});
