import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { StoreSettings } from '../../../src/store/open-store.ts';
import type { Store } from '../../../src/store/store.ts';
import { until } from '../../fixtures/until.ts';
import { addSandbox, makeTenant } from '../../store/fixtures/records.ts';
import { type Postgres, startPostgres } from '../../store/fixtures/start-postgres.ts';
import { describeStore, postgresOn, sqlite, type TestDatabase } from '../../store/fixtures/test-database.ts';
import { Receiver } from '../fixtures/receiver.ts';

const program = fileURLToPath(new URL('../fixtures/deliver.ts', import.meta.url));
const deadline = { timeout: 120_000 };

describe('a server killed while it delivers, on SQLite', () => testsOn(sqlite, { atOnce: 1 }));

describe('servers killed while they deliver, on PostgreSQL', () => {
  let server: Postgres;
  before(async () => {
    server = await startPostgres();
  });
  after(() => server?.stop());
  testsOn(
    postgresOn(() => server),
    { atOnce: 2 },
  );
});

function testsOn(database: TestDatabase, { atOnce }: { atOnce: number }): void {
  describeStore('deliveries', database, (opened) => {
    test('loses none, and repeats under the same id at most', deadline, async () => {
      const receiver = await new Receiver().listen();
      receiver.answer = (_call, response) => setTimeout(() => response.writeHead(204).end(), 15);
      const servers: ChildProcess[] = [];
      const start = () => servers.push(startServer(opened.settings));
      try {
        const { webhookId, writing } = await write(opened.store, receiver.url, 100);
        for (let n = 0; n < atOnce; n++) start();
        for (let kills = 1; kills <= 5; kills++) {
          await receiver.find(() => receiver.received.length >= kills * 30);
          await kill(servers.shift()!);
          start();
        }
        await writing;
        await until(async () => (await unfinished(opened.store, webhookId)) === 0, { patienceMs: 90_000 });
        await check(opened.store, webhookId, receiver);
      } finally {
        await Promise.all(servers.map(kill));
        await receiver.close();
      }
    });
  });
}

function startServer(settings: StoreSettings): ChildProcess {
  return spawn(process.execPath, [program, JSON.stringify(settings)], { stdio: 'inherit' });
}

async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
}

async function write(store: Store, url: string, sandboxes: number) {
  const tenant = await makeTenant(store);
  const fields = { url, operations: ['create' as const], enabled: true, secret: 'secret', createdAt: 1 };
  const webhookId = `wh_${tenant.id}`;
  await store.insertWebhook({ id: webhookId, tenantId: tenant.id, ...fields }, { maxWebhooks: 1 });
  const writing = (async () => {
    for (let n = 0; n < sandboxes; n++) {
      const id = await addSandbox(store, tenant);
      await store.updateSandbox(id, { status: 'running' });
    }
  })();
  return { webhookId, writing };
}

const all = { offset: 0, limit: 1000 };

async function unfinished(store: Store, webhookId: string): Promise<number> {
  const deliveries = await store.listDeliveries({ webhookId, ...all });
  return deliveries.filter(({ status }) => status !== 'succeeded').length;
}

async function check(store: Store, webhookId: string, receiver: Receiver): Promise<void> {
  const deliveries = await store.listDeliveries({ webhookId, ...all });
  assert.equal(deliveries.length, 200);
  const calls = Map.groupBy(receiver.received, ({ headers }) => String(headers['x-nullspace-delivery-id']));
  assert.deepEqual(new Set(calls.keys()), new Set(deliveries.map(({ id }) => id)));
  assert.equal(new Set(receiver.received.map(({ event }) => event.id)).size, 200);
  let interrupted = 0;
  for (const { id, attemptCount, eventId } of deliveries) {
    const group = calls.get(id)!;
    assert.ok(group.every(({ event }) => event.id === eventId));
    const { attempts } = (await store.getDelivery({ webhookId, id }))!;
    assert.deepEqual(
      attempts.map(({ number }) => number),
      Array.from({ length: attemptCount }, (_, index) => index + 1),
    );
    assert.ok(group.length <= attemptCount);
    interrupted += attempts.filter(({ errorCode }) => errorCode === 'interrupted').length;
  }
  assert.ok(interrupted > 0, 'no attempt was cut off: the kills showed nothing');
}
