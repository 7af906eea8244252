import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Lifecycle, Sandbox, Webhook } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { until } from '../harness/until.ts';

const kills = 3;
const operations = ['create', 'destroy', 'timeout_updated', 'reconcile'] as const;

test('a stream has every event once, and a webhook at least once, over kills of the server', async (context) => {
  const settings = { webhook_allow_ranges: '127.0.0.0/8', webhook_retry_ms: '200' };
  const installation = await startInstallation(context, { settings });
  const { connection } = installation;
  const { server, calls } = await startReceiver();
  const leaving = new AbortController();
  context.after(async () => {
    leaving.abort();
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  const webhook = await Webhook.create(
    { url, operations: [...operations], signingSecret: 'secret' },
    connection,
  );
  const streamed: string[] = [];
  const following = follow(streamed, { ...connection, signal: leaving.signal });

  let isOver = false;
  const work = Promise.all([0, 1, 2].map(() => workFor(installation, () => isOver)));
  for (let kill = 0; kill < kills; kill++) {
    const seen = calls.length;
    await until(() => calls.length > seen + 5, 'events arrive');
    const { port: own } = new URL(installation.url);
    await installation.server.kill('SIGKILL');
    await installation.startServer({ NULLSPACE_PORT: own });
  }
  await until(() => new Set(calls.map(({ event }) => event)).size > 20, 'many events have arrived');
  isOver = true;
  await work;

  // What a kill left behind may end while this goes on: those events come after the expected ones.
  const list = await Array.fromAsync(await Lifecycle.list({ ...connection, order: 'asc', limit: 1000 }));
  const expected = list.map(({ id }) => id);
  assert.ok(expected.length > 20);
  await until(() => streamed.length >= expected.length, 'the stream has every event');
  assert.deepEqual(streamed.slice(0, expected.length), expected);
  leaving.abort();
  await following;

  await until(() => {
    const arrived = new Set(calls.map(({ event }) => event));
    return expected.every((id) => arrived.has(id));
  }, 'the webhook has every event');
  const byEvent = Map.groupBy(calls, ({ event }) => event);
  for (const group of byEvent.values()) assert.equal(new Set(group.map(({ delivery }) => delivery)).size, 1);
  assert.equal(new Set(calls.map(({ delivery }) => delivery)).size, byEvent.size);
  await Webhook.delete(webhook.id, connection);
});

async function startReceiver(): Promise<{ server: Server; calls: { event: string; delivery: string }[] }> {
  const calls: { event: string; delivery: string }[] = [];
  const server = createServer(async (request, response) => {
    const { id } = JSON.parse((await buffer(request)).toString()) as { id: string };
    calls.push({ event: id, delivery: String(request.headers['x-nullspace-delivery-id']) });
    await sleep(20);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, calls };
}

async function follow(
  into: string[],
  options: Parameters<typeof Lifecycle.stream>[0] & { signal: AbortSignal },
): Promise<void> {
  try {
    for await (const event of Lifecycle.stream({ replayLimit: 1000, ...options })) into.push(event.id);
  } catch (error) {
    if (!options.signal.aborted) throw error;
  }
}

/** Creates and ends sandboxes; calls that the kills break off are left to the server to settle. */
async function workFor({ connection }: Installation, isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    try {
      const sandbox = await Sandbox.create({ ...connection, timeout: 20 });
      await sandbox.setTimeout(30);
      await sandbox.kill();
    } catch {
      await sleep(50);
    }
  }
}
