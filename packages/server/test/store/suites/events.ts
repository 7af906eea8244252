import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LifecycleEvent, NewEvent } from '../../../src/store/events/event.ts';
import { recordEvent } from '../../../src/store/events/record-event.ts';
import { openDatabase, openStore } from '../../../src/store/open-store.ts';
import type { SandboxChange } from '../../../src/store/records.ts';
import { write } from '../../../src/store/write.ts';
import { addSandbox, makeTenant, sandboxOf } from '../fixtures/records.ts';
import { describeStore, type TestDatabase } from '../fixtures/test-database.ts';

const all = { order: 'asc', offset: 0, limit: 1000 } as const;
const brief = ({ operation, status, actor, reason }: LifecycleEvent) =>
  [operation, status, actor, reason].filter((part) => part !== null).join(' ');

export function testsOfEvents(database: TestDatabase): void {
  describeStore('events', database, (opened) => {
    const life = async (...changes: SandboxChange[]) => {
      const tenant = await makeTenant(opened.store);
      const id = await addSandbox(opened.store, tenant, { metadata: { team: 'red' } });
      for (const change of changes) await opened.store.updateSandbox(id, change);
      const events = await opened.store.listEvents({ tenantId: tenant.id, anySandboxId: id }, all);
      return { tenant, id, events };
    };

    test('tell the whole life of a sandbox', async () => {
      const { id, events } = await life(
        { status: 'running', deadlineAt: 1000, startedAt: 5 },
        { deadlineAt: 2000 },
        { deadlineAt: 2000 },
        { status: 'destroyed', reason: 'timeout', endedAt: 2000 },
        { status: 'destroyed', reason: 'manual' },
      );
      assert.deepEqual(events.map(brief), [
        'create requested user api',
        'create succeeded user api',
        'timeout_updated succeeded user',
        'timeout_expired succeeded system timeout',
        'destroy succeeded system timeout',
      ]);
      assert.deepEqual(
        events.map(({ number }) => number),
        [1, 2, 3, 4, 5],
      );
      for (const event of events) {
        assert.equal(event.sandboxId, id);
        assert.deepEqual(event.metadata, { team: 'red' });
      }
      assert.deepEqual(events[2]?.details, {
        timeout_at: '1970-01-01T00:00:02.000Z',
        timeout_action: 'destroy',
      });
      assert.equal(events[4]?.occurredAt, 2000);
    });

    test('tell a change of the network, to who asks for it by name alone', async () => {
      const { tenant, id, events } = await life(
        { network: { deny_out: ['1.1.1.1'] } },
        { status: 'running', deadlineAt: 1000, startedAt: 5 },
        { network: { deny_out: ['1.1.1.1'] }, internetAccess: true },
        { network: { deny_out: ['2.2.2.2'] }, deadlineAt: 2000 },
        { internetAccess: false },
        { network: { allow_out: Array.from({ length: 200 }, (_, index) => `host-${index}.example.com`) } },
      );
      assert.deepEqual(events.map(brief).slice(2), ['timeout_updated succeeded user']);
      const told = await opened.store.listEvents(
        { tenantId: tenant.id, anySandboxId: id, operation: 'network_updated' },
        all,
      );
      assert.deepEqual(
        told.map(({ details }) => details),
        [
          { internet_access: true, network: { deny_out: ['2.2.2.2'] } },
          { internet_access: false, network: { deny_out: ['2.2.2.2'] } },
          { internet_access: false },
        ],
      );
      const range = { after: 0, upTo: 100, limit: 100 };
      const read = await opened.store.readEvents({ tenantId: tenant.id }, range);
      assert.deepEqual(read.map(brief), events.map(brief));
    });

    const ends: [SandboxChange[], string[]][] = [
      [
        [{ status: 'error', reason: 'start_failed', message: 'no room' }],
        ['create failed system start_failed'],
      ],
      [
        [{ status: 'destroyed', reason: 'manual' }],
        ['create failed user manual', 'destroy succeeded user manual'],
      ],
      [
        [{ status: 'running' }, { status: 'destroyed', reason: 'manual' }],
        ['create succeeded user api', 'destroy succeeded user manual'],
      ],
      [
        [{ status: 'running' }, { status: 'error', reason: 'out_of_memory', message: 'full' }],
        ['create succeeded user api', 'destroy succeeded system out_of_memory'],
      ],
      [
        [{ status: 'running' }, { status: 'error', reason: 'host_lost', actor: 'reconcile' }],
        [
          'create succeeded user api',
          'reconcile succeeded reconcile host_lost',
          'destroy succeeded reconcile host_lost',
        ],
      ],
    ];
    for (const [changes, expected] of ends) {
      test(`tell an end: ${expected.at(-1)}`, async () => {
        const { events } = await life(...changes);
        assert.deepEqual(events.slice(1).map(brief), expected);
      });
    }

    test('keep a message of a guest whatever is in it, up to a bound', async () => {
      const message = `a\0b\ud800${'x'.repeat(5000)}`;
      const { events } = await life(
        { status: 'running' },
        { status: 'error', reason: 'guest_crash', message },
      );
      assert.match(events.at(-1)!.errorMessage!, /^a\uFFFDb\uFFFDx+$/);
      assert.equal(events.at(-1)!.errorMessage!.length, 1000);
    });

    test('leave out labels that are too large', async () => {
      const tenant = await makeTenant(opened.store);
      const id = await addSandbox(opened.store, tenant, { metadata: { big: 'x'.repeat(5000) } });
      const [event] = await opened.store.listEvents({ tenantId: tenant.id, sandboxId: id }, all);
      assert.deepEqual(event?.metadata, {});
    });

    test('are recorded with their change or not at all', async () => {
      const tenant = await makeTenant(opened.store);
      const told: string[] = [];
      const stop = opened.store.onEvents((tenantId) => told.push(tenantId));
      await withDatabase((context) =>
        assert.rejects(
          write(context, 'now', async (transaction) => {
            await recordEvent(transaction, eventOf(tenant.id));
            throw new Error('failed on purpose');
          }),
          /on purpose/,
        ),
      );
      assert.deepEqual(await opened.store.listEvents({ tenantId: tenant.id }, all), []);
      assert.deepEqual(told, []);
      await opened.store.insertSandbox(sandboxOf(tenant), { maxLive: 1 });
      const refused = await opened.store.insertSandbox(sandboxOf(tenant), { maxLive: 1 });
      assert.equal(refused.inserted, false);
      stop();
      const events = await opened.store.listEvents({ tenantId: tenant.id }, all);
      assert.deepEqual(
        events.map(({ number }) => number),
        [1],
      );
      assert.deepEqual(told, [tenant.id]);
    });

    test('are found by every filter', async () => {
      const [tenant, stranger] = [await makeTenant(opened.store), await makeTenant(opened.store)];
      const ids = {
        sandboxId: 'sb_c',
        snapshotId: 'snap_x',
        sourceSandboxId: 'sb_a',
        targetSandboxId: 'sb_c',
      };
      const fork = { ...eventOf(tenant.id), ...ids, operation: 'fork', occurredAt: 300 } as const;
      await withDatabase((context) =>
        write(context, 'soon', async (transaction) => {
          await recordEvent(transaction, { ...eventOf(tenant.id), sandboxId: 'sb_a', occurredAt: 100 });
          await recordEvent(transaction, {
            ...eventOf(tenant.id),
            sandboxId: 'sb_b',
            occurredAt: 200,
            status: 'failed',
          });
          await recordEvent(transaction, fork);
          await recordEvent(transaction, { ...eventOf(stranger.id), sandboxId: 'sb_a' });
        }),
      );
      const numbers = async (filter: object, page: object = {}) =>
        (await opened.store.listEvents({ tenantId: tenant.id, ...filter }, { ...all, ...page })).map(
          ({ number }) => number,
        );
      assert.deepEqual(await numbers({}), [1, 2, 3]);
      assert.deepEqual(await numbers({}, { order: 'desc' }), [3, 2, 1]);
      assert.deepEqual(await numbers({}, { offset: 1, limit: 1 }), [2]);
      assert.deepEqual(await numbers({ operation: 'fork' }), [3]);
      assert.deepEqual(await numbers({ status: 'failed' }), [2]);
      assert.deepEqual(await numbers({ sandboxId: 'sb_a' }), [1]);
      assert.deepEqual(await numbers({ anySandboxId: 'sb_a' }), [1, 3]);
      assert.deepEqual(await numbers({ snapshotId: 'snap_x' }), [3]);
      assert.deepEqual(await numbers({ sourceSandboxId: 'sb_a', targetSandboxId: 'sb_c' }), [3]);
      assert.deepEqual(await numbers({ from: 200, to: 300 }), [2]);
      const [event] = await opened.store.listEvents({ tenantId: tenant.id, operation: 'fork' }, all);
      const { id, ...fields } = event!;
      const unset = { reason: null, errorCode: null, errorMessage: null, metadata: {}, details: {} };
      assert.deepEqual(fields, { ...unset, ...fork, number: 3 });
      assert.match(id, /^evt_[a-z0-9]{20}$/);
      assert.deepEqual(await opened.store.findEvent({ tenantId: tenant.id, id }), event);
      assert.equal(await opened.store.findEvent({ tenantId: stranger.id, id }), undefined);
    });

    test('reach a reader that follows the newest number without gaps, whoever writes at once', async () => {
      const tenant = await makeTenant(opened.store);
      const other = await openStore(opened.settings);
      const stores = [opened.store, other];
      const creates = 60;
      let writing = true;
      const seen: number[] = [];
      const follow = async () => {
        for (let cursor = 0; ; ) {
          const last = writing;
          const range = (await opened.store.eventRanges([tenant.id])).get(tenant.id);
          const upTo = range?.last ?? 0;
          const page = { after: cursor, upTo, limit: 1000 };
          const events = await opened.store.readEvents({ tenantId: tenant.id }, page);
          seen.push(...events.map(({ number }) => number));
          cursor = upTo;
          if (!last) return;
          await new Promise((resolve) => setImmediate(resolve));
        }
      };
      const following = follow();
      try {
        await Promise.all(
          Array.from({ length: creates }, async (_, number) => {
            const store = stores[number % 2]!;
            const id = await addSandbox(store, tenant);
            await store.updateSandbox(id, { status: 'running' });
            await store.updateSandbox(id, { status: 'destroyed', reason: 'timeout' });
          }),
        );
      } finally {
        writing = false;
        await following;
        await other.close();
      }
      assert.deepEqual(
        seen,
        Array.from({ length: creates * 4 }, (_, index) => index + 1),
      );
    });

    test('are deleted when they are old or too many', async () => {
      const [tenant, other] = [await makeTenant(opened.store), await makeTenant(opened.store)];
      await withDatabase((context) =>
        write(context, 'soon', async (transaction) => {
          for (let at = 1; at <= 450; at++) {
            await recordEvent(transaction, { ...eventOf(tenant.id), occurredAt: 1_000_000 + at });
          }
          await recordEvent(transaction, { ...eventOf(other.id), occurredAt: 1_000_001 });
        }),
      );
      const limits = { now: 0, endedBefore: 0 };
      assert.equal((await opened.store.purgeExpired(limits)).events, 0);
      const old = await opened.store.purgeExpired({ ...limits, eventsBefore: 1_000_011 });
      assert.ok(old.events >= 11);
      assert.deepEqual(await opened.store.listEvents({ tenantId: other.id }, all), []);
      const many = await opened.store.purgeExpired({ ...limits, eventsKept: 20 });
      assert.ok(many.events >= 420);
      const left = await opened.store.listEvents({ tenantId: tenant.id }, all);
      assert.deepEqual([left.length, left[0]?.number], [20, 431]);
      const ranges = await opened.store.eventRanges([tenant.id, other.id, 'ten_none']);
      const kept = { first: 431, last: 450 };
      const none = { first: 2, last: 1 };
      assert.deepEqual(ranges, new Map([[tenant.id, kept] as const, [other.id, none] as const]));
    });

    const eventOf = (tenantId: string): NewEvent => ({
      tenantId,
      operation: 'create',
      status: 'succeeded',
      actor: 'user',
    });

    async function withDatabase(
      use: (context: Awaited<ReturnType<typeof openDatabase>>) => Promise<unknown>,
    ) {
      const context = await openDatabase(opened.settings);
      try {
        await use(context);
      } finally {
        await context.db.destroy();
      }
    }
  });
}
