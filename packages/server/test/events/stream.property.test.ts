import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { propertyRun } from '../../../../test/harness/property-run.ts';
import type { LifecycleEvent } from '../../src/store/events/event.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { LiveSocket } from '../fixtures/live-socket.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { sandboxOf } from '../store/fixtures/records.ts';

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('write' as const), count: fc.nat({ max: 40 }) }) },
  // Written by another process: nobody in the server is told.
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('other' as const), count: fc.nat({ max: 40 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cut' as const), after: fc.nat({ max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stall' as const), ms: fc.nat({ max: 20 }) }) },
);

let server: TestServer;
let other: Store;
let tenants = 0;
before(async () => {
  server = await startTestServer();
  other = await openStore({ data_dir: server.dataDir, database_url: '' });
});
after(async () => {
  await other?.close();
  await server?.close();
});

test('a client that comes back with its cursor sees every event once and in order', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 2, maxLength: 8 }),
      fc.boolean(),
      async (steps, filtered) => {
        const tenantId = await makeTenant();
        const reader = new Reader(await server.makeKey(tenantId), filtered);
        await reader.connect();
        const writes: Promise<void>[] = [];
        for (const one of steps) {
          if (one.kind === 'write') writes.push(write(server.store, tenantId, one.count));
          else if (one.kind === 'other') writes.push(write(other, tenantId, one.count));
          else if (one.kind === 'cut') await reader.cutAfter(one.after);
          else await reader.stall(one.ms);
        }
        await Promise.all(writes);
        const expected = await succeededOrAll(tenantId, filtered);
        await reader.upTo(expected.at(-1));
        reader.close();
        // No host knows these sandboxes, so the server may meanwhile have ended some: further events, in order too.
        const events = await succeededOrAll(tenantId, filtered);
        assert.ok(reader.seen.length >= expected.length);
        assert.deepEqual(
          reader.seen,
          events.slice(0, reader.seen.length).map(({ id }) => id),
        );
      },
    ),
    propertyRun(t, { short: 25, long: 300 }),
  );
});

async function succeededOrAll(tenantId: string, filtered: boolean): Promise<LifecycleEvent[]> {
  const events = await server.store.listEvents({ tenantId }, { order: 'asc', offset: 0, limit: 5000 });
  return events.filter(({ status }) => !filtered || status === 'succeeded');
}

async function makeTenant(): Promise<string> {
  const id = `ten_${++tenants}`;
  await server.store.createTenant({ id, name: id, createdAt: 1 });
  return id;
}

async function write(store: Store, tenantId: string, count: number): Promise<void> {
  const tenant = { id: tenantId, name: tenantId, createdAt: 1 };
  for (let n = 0; n < count; n++) {
    const sandbox = sandboxOf(tenant);
    await store.insertSandbox(sandbox, { maxLive: 100_000 });
    await store.updateSandbox(sandbox.id, { status: 'running' });
  }
}

/** A client as the published one: it comes back with the id seen last and skips that one. */
class Reader {
  readonly seen: string[] = [];
  readonly #key: string;
  readonly #filtered: boolean;
  #socket: LiveSocket | undefined;
  #read = 0;

  constructor(key: string, filtered: boolean) {
    this.#key = key;
    this.#filtered = filtered;
  }

  async connect(): Promise<void> {
    this.#socket = new LiveSocket(`${server.url}/v1/lifecycle/ws`, this.#key);
    this.#read = 0;
    await this.#socket.open();
    const cursor = this.seen.at(-1);
    this.#socket.send({
      type: 'subscribe',
      replay_limit: 1000,
      ...(this.#filtered ? { status: 'succeeded' } : {}),
      ...(cursor ? { after_event_id: cursor, live_only: false } : {}),
    });
    await this.#socket.type('subscribed');
  }

  /** Takes what has come, loses the connection after some of it, and comes back. */
  async cutAfter(count: number): Promise<void> {
    this.#take(count);
    this.#socket?.close();
    await this.connect();
  }

  async stall(ms: number): Promise<void> {
    this.#socket?.socket.pause();
    await new Promise((resolve) => setTimeout(resolve, ms));
    this.#socket?.socket.resume();
  }

  async upTo(event: LifecycleEvent | undefined): Promise<void> {
    if (!event) return;
    if (!this.seen.includes(event.id)) await this.#socket?.find((frame) => frame.event?.id === event.id);
    this.#take(Number.POSITIVE_INFINITY);
  }

  #take(count: number): void {
    const frames = this.#socket!.frames.filter(({ type }) => type === 'event');
    const until = Math.min(frames.length, this.#read + count);
    for (; this.#read < until; this.#read++) this.seen.push(frames[this.#read].event.id);
  }

  close(): void {
    this.#socket?.close();
  }
}
