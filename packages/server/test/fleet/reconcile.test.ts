import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { createInMemoryHostClient } from '@nullspace/host';
import { host } from '@nullspace/proto';
import { askHost, callHost } from '../../src/fleet/call-host.ts';
import { createFleet } from '../../src/fleet/fleet.ts';
import { HostLink } from '../../src/fleet/host-link.ts';
import { createLog } from '../../src/logging.ts';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';

describe('records follow the host', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());
  afterEach(() => server.host.comeBack());
  const get = (id: string) => server.call('GET', `/v1/sandboxes/${id}`);

  /** Leaves a record as a server leaves it that dies in the middle of a create. */
  async function abandonCreate(id: string, key: string): Promise<void> {
    const [tenant] = await server.store.listTenants();
    const scope = { tenantId: tenant!.id, method: 'POST', path: '/v1/sandboxes', key };
    const { createHash } = await import('node:crypto');
    const { createSandboxRequest } = await import('@nullspace/contract');
    const body = JSON.stringify(createSandboxRequest.parse({}));
    const claimed = await server.store.claimIdempotencyKey({
      ...scope,
      bodyHash: createHash('sha256').update(body).digest('hex'),
      now: Date.now(),
      expiresAt: Date.now() + 1e6,
    });
    assert.equal(claimed.outcome, 'claimed');
    await server.store.insertSandbox(
      {
        id,
        tenantId: tenant!.id,
        template: 'base',
        image: 'sha256-x',
        vcpus: 1,
        memoryMb: 256,
        diskMb: 1024,
        cwd: '/workspace',
        envs: {},
        metadata: {},
        network: null,
        internetAccess: true,
        timeoutMs: 60_000,
        timeoutAction: 'destroy',
        createdAt: Date.now(),
      },
      { maxLive: 100, ...(claimed.outcome === 'claimed' ? { claim: claimed.claim } : {}) },
    );
  }
  const repeat = (key: string) =>
    server.call('POST', '/v1/sandboxes', {}, { headers: { 'idempotency-key': key } });

  test('running sandboxes outlive the server, and commands run in them again', async () => {
    const id = await server.createSandbox();
    await server.restart();
    const run = await server.call('POST', `/v1/sandboxes/${id}/exec`, { command: 'echo', args: ['on'] });
    assert.equal(run.body.stdout, 'on\n', run.text);
  });

  test('what the host tells twice, by its answer and by its stream, is recorded once', async (t) => {
    const updates = t.mock.method(server.store, 'updateSandbox');
    const of = (id: string) => updates.mock.calls.filter((call) => call.arguments[0] === id).length;
    const id = await server.createSandbox();
    // News come in order: those of this one have been taken in when the next one's have.
    const next = await server.createSandbox();
    await until(() => of(next) > 0);
    assert.equal(of(id), 1);
    await server.call('POST', `/v1/sandboxes/${id}/timeout`, { timeout_ms: 90_000 });
    assert.ok(of(id) > 1);
  });

  test('a create whose record is seen before the host is asked is not taken for one that nobody makes', async (t) => {
    const { store } = server;
    const insert = store.insertSandbox.bind(store);
    const looks = t.mock.method(store, 'listUnfinished');
    t.mock.method(store, 'insertSandbox', async (...args: Parameters<typeof insert>) => {
      const inserted = await insert(...args);
      const before = looks.mock.callCount();
      server.host.goAway();
      server.host.comeBack();
      await until(() => looks.mock.callCount() > before);
      // What that look finds lost, it ends.
      await sleep(100);
      return inserted;
    });
    await server.createSandbox();
  });

  test('a create that the server died in becomes running when the host has it, and is replayed', async () => {
    server.host.goAway();
    await abandonCreate('sb_abandoned1', 'a1');
    await server.host.start(
      create(host.CreateInstanceRequestSchema, { sandboxId: 'sb_abandoned1', timeoutMs: 60_000n }),
    );
    await server.restart();
    expectError(await repeat('a1'), 'transition_recovery_required');
    server.host.comeBack();
    await until(async () => (await get('sb_abandoned1')).body.status === 'running');
    let answer = await repeat('a1');
    while (answer.body.code === 'transition_recovery_required') answer = await repeat('a1');
    assert.equal(answer.body.id, 'sb_abandoned1');
    assert.equal(answer.status, 201);
  });

  test('a create that never reached the host ends in an error, and its key is free again', async () => {
    await abandonCreate('sb_abandoned2', 'a2');
    await server.restart();
    await until(async () => (await get('sb_abandoned2')).body.status === 'error');
    assert.equal((await get('sb_abandoned2')).body.status_reason, 'start_failed');
    let answer = await repeat('a2');
    while (answer.body.code === 'transition_recovery_required') answer = await repeat('a2');
    assert.equal(answer.status, 201);
    assert.notEqual(answer.body.id, 'sb_abandoned2');
  });

  test('what died while nobody looked has its reason, what the host forgot is lost', async () => {
    const died = await server.createSandbox();
    const lost = await server.createSandbox();
    server.host.goAway();
    server.host.end(died, { state: host.State.ERROR, reason: 'guest_crash', message: 'It crashed.' });
    server.host.instances.delete(lost);
    server.host.comeBack();
    await until(async () => (await get(died)).body.status === 'error');
    assert.equal((await get(died)).body.status_reason, 'guest_crash');
    await until(async () => (await get(lost)).body.status === 'error');
    assert.equal((await get(lost)).body.status_reason, 'host_lost');
  });

  test('an instance without a record is ended', async () => {
    await server.host.start(create(host.CreateInstanceRequestSchema, { sandboxId: 'sb_orphan' }));
    await until(() => !server.host.instances.has('sb_orphan'));
  });

  test('ended instances are forgotten once they are recorded', async () => {
    const id = await server.createSandbox();
    await server.call('DELETE', `/v1/sandboxes/${id}`);
    await until(() => !server.host.instances.has(id));
  });

  test('guests answer while the host is away; creates wait for it', async () => {
    const id = await server.createSandbox();
    server.host.goAway();
    const run = await server.call('POST', `/v1/sandboxes/${id}/exec`, { command: 'echo', args: ['here'] });
    assert.equal(run.body.stdout, 'here\n');
    const creating = server.call('POST', '/v1/sandboxes', {});
    server.host.comeBack();
    assert.equal((await creating).status, 201);
  });

  test('a host that dies in the middle of a create is waited for, and has the sandbox or not', async () => {
    let died = false;
    server.host.afterCreate = () => {
      if (died) return;
      died = true;
      server.host.goAway();
      setTimeout(() => server.host.comeBack(), 50);
    };
    const answer = await server.call('POST', '/v1/sandboxes', {});
    server.host.afterCreate = () => undefined;
    assert.equal(answer.status, 201, answer.text);
    assert.equal(died, true);
  });
});

test('a host that stays away is told as unavailable', async () => {
  const server = await startTestServer();
  try {
    server.host.goAway();
    const log = createLog({ level: 'fatal' });
    const fleet = createFleet({ client: server.host.client, store: server.store, log });
    fleet.start();
    await assert.rejects(
      callHost(fleet.link, (client) => client.getHost({}), { patienceMs: 100 }),
      {
        code: 'host_unavailable',
      },
    );
    await fleet.stop();
  } finally {
    await server.close();
  }
});

/** A host that takes calls and answers none, as one does that is stopped. */
function stoppedHost() {
  const client = createInMemoryHostClient({
    getHost: () => new Promise<never>(() => {}),
    createInstance: () => new Promise<never>(() => {}),
    async *watchInstances(_request, { signal }) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  });
  const listener = { onAll: async () => {}, onChanged: async () => {}, onGuardKill: () => {} };
  return new HostLink({ client, listener, log: createLog({ level: 'fatal' }), silenceMs: 50 });
}

test('a host that takes a question and does not answer is told as unavailable', async () => {
  const link = stoppedHost();
  await assert.rejects(
    askHost(link, (client, options) => client.getHost({}, options), { patienceMs: 50 }),
    { code: 'host_unavailable' },
  );
});

test('a long call ends when the host falls silent and stays so', async () => {
  const link = stoppedHost();
  const calling = callHost(link, (client) => client.createInstance({}, { timeoutMs: 5000 }), {
    patienceMs: 100,
  });
  link.start();
  await assert.rejects(calling, { code: 'host_unavailable' });
  await link.stop();
});
