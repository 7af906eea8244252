import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore } from '../../../src/store/open-store.ts';
import type { AttemptOutcome, NewWebhook } from '../../../src/store/webhooks/webhook.ts';
import { addSandbox, makeTenant, uniqueId } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

const webhookFields = {
  url: 'https://example.com/hook',
  operations: ['create' as const],
  enabled: true,
  secret: 'secret',
  createdAt: 1000,
};

const longAfter = Date.now() + 3_600_000;
const delivered: AttemptOutcome = {
  attemptedAt: longAfter,
  durationMs: 12,
  responseStatus: 204,
  error: null,
  retryAt: null,
};
const failed: AttemptOutcome = {
  attemptedAt: longAfter,
  durationMs: 10_000,
  responseStatus: null,
  error: { code: 'timeout', message: 'a\0b' },
  retryAt: longAfter + 5000,
};

export function testsOfWebhooks(database: TestDatabase): void {
  describeStore('webhooks', database, (opened) => {
    const insert = async (tenantId: string, fields: Partial<NewWebhook> = {}) => {
      const webhook: NewWebhook = {
        ...webhookFields,
        id: uniqueId('wh'),
        tenantId,
        ...fields,
      };
      const result = await opened.store.insertWebhook(webhook, { maxWebhooks: 20 });
      assert.ok(result.inserted);
      return result.webhook;
    };
    const claim = (webhookId: string, { now = longAfter, until = longAfter + 1000, limit = 10 } = {}) =>
      opened.store.claimDeliveries({ webhookId, now, until, limit });
    const list = (webhookId: string) => opened.store.listDeliveries({ webhookId, offset: 0, limit: 100 });

    test('are kept, changed and deleted, each by its own tenant alone', async () => {
      const [owner, stranger] = [await makeTenant(opened.store), await makeTenant(opened.store)];
      const webhook = await insert(owner.id);
      const address = { tenantId: owner.id, id: webhook.id };
      const foreign = { tenantId: stranger.id, id: webhook.id };
      assert.deepEqual(await opened.store.getWebhook(address), webhook);
      assert.equal(await opened.store.getWebhook(foreign), undefined);
      assert.deepEqual(await opened.store.listWebhooks(owner.id), [webhook]);
      assert.deepEqual(await opened.store.listWebhooks(stranger.id), []);
      const options = { change: { enabled: false, secret: 'other' }, now: 2000 };
      assert.equal(await opened.store.updateWebhook(foreign, options), undefined);
      const changed = await opened.store.updateWebhook(address, options);
      assert.deepEqual(changed, { ...webhook, ...options.change, updatedAt: 2000 });
      assert.equal(await opened.store.deleteWebhook(foreign), false);
      assert.equal(await opened.store.deleteWebhook(address), true);
      assert.equal(await opened.store.deleteWebhook(address), false);
    });

    test('never exceed the quota, however many are inserted at once', async () => {
      const tenant = await makeTenant(opened.store);
      const results = await Promise.all(
        Array.from({ length: 10 }, () =>
          opened.store.insertWebhook(
            { ...webhookFields, id: uniqueId('wh'), tenantId: tenant.id },
            { maxWebhooks: 3 },
          ),
        ),
      );
      assert.equal(results.filter(({ inserted }) => inserted).length, 3);
      assert.equal((await opened.store.listWebhooks(tenant.id)).length, 3);
    });

    test('get the events that they want, queued with the change', async () => {
      const [tenant, other] = [await makeTenant(opened.store), await makeTenant(opened.store)];
      const creates = await insert(tenant.id);
      const destroys = await insert(tenant.id, { operations: ['destroy', 'fork'] });
      const disabled = await insert(tenant.id, { enabled: false });
      const foreign = await insert(other.id);
      const waiting: boolean[] = [];
      const stop = opened.store.onEvents((tenantId, { forWebhooks }) => {
        if (tenantId === tenant.id) waiting.push(forWebhooks);
      });
      const id = await addSandbox(opened.store, tenant);
      await opened.store.updateSandbox(id, { status: 'running' });
      await opened.store.updateSandbox(id, { internetAccess: false });
      await opened.store.updateSandbox(id, { status: 'destroyed', reason: 'manual' });
      stop();
      assert.deepEqual(waiting, [true, true, false, true]);
      const told = await list(creates.id);
      assert.deepEqual(
        told.map(({ operation, eventStatus, status, attemptCount }) => [
          operation,
          eventStatus,
          status,
          attemptCount,
        ]),
        [
          ['create', 'succeeded', 'queued', 0],
          ['create', 'requested', 'queued', 0],
        ],
      );
      assert.deepEqual(
        (await list(destroys.id)).map(({ operation }) => operation),
        ['destroy'],
      );
      for (const { id: none } of [disabled, foreign]) assert.deepEqual(await list(none), []);
      const second = await opened.store.listDeliveries({ webhookId: creates.id, offset: 1, limit: 1 });
      assert.deepEqual(second, [told[1]]);
    });

    test('are due while they are enabled, the longest overdue first', async () => {
      const tenant = await makeTenant(opened.store);
      const first = await insert(tenant.id);
      await addSandbox(opened.store, tenant);
      const second = await insert(tenant.id);
      await addSandbox(opened.store, tenant);
      const due = async (now = longAfter) =>
        (await opened.store.listDueWebhooks({ now, limit: 1000 }))
          .filter(({ tenantId }) => tenantId === tenant.id)
          .map(({ id }) => id);
      const { dueAt } = (await list(first.id)).at(-1)!;
      assert.deepEqual(await due(dueAt! - 1), []);
      assert.deepEqual(new Set(await due()), new Set([first.id, second.id]));
      await claim(first.id);
      assert.deepEqual(await due(), [second.id]);
      assert.deepEqual(await due(longAfter + 1000), [second.id, first.id]);
      await opened.store.updateWebhook(
        { tenantId: tenant.id, id: second.id },
        { change: { enabled: false }, now: 1 },
      );
      assert.deepEqual(await due(), []);
    });

    test('are claimed once, by whoever is first', async () => {
      const tenant = await makeTenant(opened.store);
      const webhook = await insert(tenant.id);
      for (let n = 0; n < 20; n++) await addSandbox(opened.store, tenant);
      const other = await openStore(opened.settings);
      try {
        const request = { webhookId: webhook.id, now: longAfter, until: longAfter + 1, limit: 5 };
        const claims = await Promise.all(
          Array.from({ length: 12 }, (_, n) => (n % 2 ? other : opened.store).claimDeliveries(request)),
        );
        const left = await opened.store.claimDeliveries({ ...request, limit: 100 });
        const ids = [...claims.flat(), ...left].map(({ id }) => id);
        assert.equal(ids.length, 20);
        assert.equal(new Set(ids).size, 20);
        for (const { attempt, event } of claims.flat()) {
          assert.equal(attempt, 1);
          assert.equal(event.tenantId, tenant.id);
        }
      } finally {
        await other.close();
      }
    });

    test('keep a log of every attempt until the event is delivered', async () => {
      const tenant = await makeTenant(opened.store);
      const webhook = await insert(tenant.id);
      await addSandbox(opened.store, tenant);
      const [first] = await claim(webhook.id);
      assert.equal((await list(webhook.id))[0]?.status, 'in_progress');
      assert.equal(await opened.store.finishAttempt(first!, failed), 'queued');
      const [queued] = await list(webhook.id);
      assert.deepEqual(
        [queued?.status, queued?.dueAt, queued?.lastError, queued?.attemptCount],
        ['queued', longAfter + 5000, 'a\uFFFDb', 1],
      );
      assert.deepEqual(await claim(webhook.id), []);
      const [second] = await claim(webhook.id, { now: longAfter + 5000, until: longAfter + 9000 });
      assert.deepEqual([second?.id, second?.attempt], [first!.id, 2]);
      assert.equal(await opened.store.finishAttempt(second!, delivered), 'succeeded');
      const found = await opened.store.getDelivery({ webhookId: webhook.id, id: first!.id });
      assert.deepEqual(found?.event, first!.event);
      assert.deepEqual(
        found?.attempts.map(({ number, responseStatus, errorCode, durationMs }) => [
          number,
          responseStatus,
          errorCode,
          durationMs,
        ]),
        [
          [1, null, 'timeout', 10_000],
          [2, 204, null, 12],
        ],
      );
      assert.deepEqual(
        [found?.delivery.status, found?.delivery.dueAt, found?.delivery.lastResponseStatus],
        ['succeeded', null, 204],
      );
      const after = await opened.store.getWebhook({ tenantId: tenant.id, id: webhook.id });
      assert.deepEqual([after?.lastStatus, after?.lastError], ['succeeded', null]);
      assert.deepEqual(await claim(webhook.id, { now: longAfter + 99_999 }), []);
      const elsewhere = await insert(tenant.id);
      assert.equal(await opened.store.getDelivery({ webhookId: elsewhere.id, id: first!.id }), undefined);
    });

    test('become dead letters when nobody tries again', async () => {
      const tenant = await makeTenant(opened.store);
      const webhook = await insert(tenant.id);
      await addSandbox(opened.store, tenant);
      const [claimed] = await claim(webhook.id);
      assert.equal(await opened.store.finishAttempt(claimed!, { ...failed, retryAt: null }), 'dead_letter');
      const [dead] = await list(webhook.id);
      assert.deepEqual([dead?.status, dead?.dueAt], ['dead_letter', null]);
    });

    test('are claimed again after a claim has ended, with a note of the attempt that was cut off', async () => {
      const tenant = await makeTenant(opened.store);
      const webhook = await insert(tenant.id);
      await addSandbox(opened.store, tenant);
      const [lost] = await claim(webhook.id);
      assert.deepEqual(await claim(webhook.id, { now: longAfter + 999 }), []);
      await opened.store.endClaims(longAfter);
      const [again] = await claim(webhook.id);
      assert.deepEqual([again?.id, again?.attempt], [lost!.id, 2]);
      assert.equal(await opened.store.finishAttempt(lost!, delivered), undefined);
      assert.equal(await opened.store.finishAttempt(again!, delivered), 'succeeded');
      const found = await opened.store.getDelivery({ webhookId: webhook.id, id: lost!.id });
      assert.deepEqual(
        found?.attempts.map(({ number, errorCode }) => [number, errorCode]),
        [
          [1, 'interrupted'],
          [2, null],
        ],
      );
    });

    test('go with their webhook, and with their event, whoever is at them', async () => {
      const tenant = await makeTenant(opened.store);
      const webhook = await insert(tenant.id);
      await addSandbox(opened.store, tenant);
      await addSandbox(opened.store, tenant);
      const [one, two] = await claim(webhook.id);
      assert.equal(await opened.store.finishAttempt(one!, delivered), 'succeeded');
      await opened.store.purgeExpired({ now: 0, endedBefore: 0, eventsKept: 1 });
      assert.equal((await list(webhook.id)).length, 1);
      await opened.store.deleteWebhook({ tenantId: tenant.id, id: webhook.id });
      assert.deepEqual(await list(webhook.id), []);
      assert.equal(await opened.store.finishAttempt(two!, delivered), undefined);
    });

    test('can be deleted while events are recorded: no change is undone by it', async () => {
      const tenant = await makeTenant(opened.store);
      const other = await openStore(opened.settings);
      try {
        for (let round = 0; round < 20; round++) {
          const webhook = await insert(tenant.id);
          const [, ...ids] = await Promise.all([
            other.deleteWebhook({ tenantId: tenant.id, id: webhook.id }),
            ...Array.from({ length: 5 }, () => addSandbox(opened.store, tenant)),
          ]);
          for (const id of ids) assert.ok(await opened.store.findSandbox(id));
        }
      } finally {
        await other.close();
      }
    });
  });
}
