import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { EventFeed } from '../../src/events/event-feed.ts';
import { followEvents } from '../../src/events/stream/follow-events.ts';
import { readSubscription } from '../../src/events/stream/subscription.ts';
import { createLog } from '../../src/logging.ts';
import type { LifecycleEvent } from '../../src/store/events/event.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { addSandbox, makeTenant } from '../store/fixtures/records.ts';
import { sqlite } from '../store/fixtures/test-database.ts';

describe('followEvents', () => {
  let store: Store;
  let feed: EventFeed;
  let remove: () => Promise<void>;
  before(async () => {
    const database = await sqlite.create();
    remove = database.remove;
    store = await openStore(database.settings);
    feed = new EventFeed({ store, log: createLog({ level: 'fatal' }) });
    feed.start();
  });
  after(async () => {
    feed.stop();
    await store.close();
    await remove();
  });

  const follow = async (events: number, send: (event: LifecycleEvent) => Promise<void>) => {
    const tenant = await makeTenant(store);
    for (let n = 0; n < events; n++) await addSandbox(store, tenant);
    const gone = new AbortController();
    const subscription = readSubscription(
      { type: 'subscribe' },
      { tenantId: tenant.id, sandboxId: undefined },
    );
    const reads: number[] = [];
    const counting: Store = {
      ...store,
      async readEvents(filter, range) {
        const page = await store.readEvents(filter, range);
        reads.push(page.length);
        return page;
      },
    };
    const options = { cursor: 0, send, signal: gone.signal };
    const following = followEvents({ store: counting, feed }, subscription, options);
    return { tenant, reads, following, stop: () => gone.abort() };
  };

  test('reads on only when the client has taken what was read', async () => {
    const stuck = Promise.withResolvers<void>();
    const free = Promise.withResolvers<void>();
    const all = Promise.withResolvers<void>();
    const sent: number[] = [];
    const { tenant, reads, following, stop } = await follow(250, async ({ number }) => {
      sent.push(number);
      if (number === 50) {
        stuck.resolve();
        await free.promise;
      }
      if (number === 270) all.resolve();
    });
    await stuck.promise;
    for (let n = 0; n < 20; n++) await addSandbox(store, tenant);
    assert.deepEqual(reads, [100]);
    free.resolve();
    await all.promise;
    stop();
    await following;
    assert.deepEqual(
      sent,
      Array.from({ length: 270 }, (_, index) => index + 1),
    );
    assert.ok(reads.every((count) => count <= 100));
  });

  test('ends with an error when the client is so late that events are no longer kept', async () => {
    const stuck = Promise.withResolvers<void>();
    const free = Promise.withResolvers<void>();
    const { following } = await follow(250, async () => {
      stuck.resolve();
      await free.promise;
    });
    await stuck.promise;
    await store.purgeExpired({ now: 0, endedBefore: 0, eventsKept: 10 });
    free.resolve();
    await assert.rejects(following, /fell behind/);
  });
});
