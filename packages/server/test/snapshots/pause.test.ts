import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { guest as guestProto } from '@nullspace/proto';
import { expectError } from '../fixtures/expect-error.ts';
import { guestError } from '../fixtures/guest-error.ts';
import { hostRefusal } from '../fixtures/host-refusal.ts';
import { LiveSocket } from '../fixtures/live-socket.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';

describe('pausing a sandbox', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());
  afterEach(() => {
    server.host.onCall = () => undefined;
  });
  const get = (id: string) => server.call('GET', `/v1/sandboxes/${id}`);
  const hibernate = (id: string) => server.call('POST', `/v1/sandboxes/${id}/hibernate`);
  const eventsOf = async (sandboxId: string) => {
    const [tenant] = await server.store.listTenants();
    const filter = { tenantId: tenant!.id, sandboxId };
    const events = await server.store.listEvents(filter, { order: 'asc', offset: 0, limit: 50 });
    return events.map(({ operation, status }) => `${operation} ${status}`);
  };

  test('answers with its snapshot; the sandbox then reads as paused, and nothing wakes it', async () => {
    const id = await server.createSandbox({ metadata: { team: 'red' }, timeout_ms: 60_000 });
    const paused = await hibernate(id);
    assert.equal(paused.status, 200, paused.text);
    assert.deepEqual(Object.keys(paused.body).sort(), [
      'created_at',
      'id',
      'metadata',
      'sandbox_id',
      'size_bytes',
    ]);
    assert.equal(paused.body.sandbox_id, id);
    assert.equal(paused.body.size_bytes, 5_000_000);
    assert.deepEqual(paused.body.metadata, { team: 'red' });
    const started = server.host.calls.filter((name) => name === 'createInstance').length;
    const { body } = await get(id);
    assert.deepEqual(
      [body.status, body.snapshot_id, body.status_reason, body.timeout_at, body.timeout_ms, body.ended_at],
      ['paused', paused.body.id, 'manual', null, 60_000, null],
    );
    const listed = await server.call('GET', '/v1/sandboxes?state=paused');
    assert.ok(listed.body.items.some((item: { id: string }) => item.id === id));
    for (const [method, path, input] of [
      ['POST', 'exec', { command: 'echo' }],
      ['GET', 'metrics'],
      ['GET', 'processes'],
      ['POST', 'files/read', { path: 'a' }],
      ['POST', 'timeout', { timeout_ms: 1000 }],
      ['POST', 'fork'],
      ['POST', 'snapshots'],
    ] as const) {
      const answer = await server.call(method, `/v1/sandboxes/${id}/${path}`, input);
      expectError(answer, 'sandbox_not_ready', [new RegExp(id)]);
      assert.equal(answer.body.error.details.snapshot_id, paused.body.id);
    }
    assert.equal(server.host.calls.filter((name) => name === 'createInstance').length, started);
    assert.equal((await get(id)).body.status, 'paused');
    assert.deepEqual((await eventsOf(id)).slice(2), [
      'hibernate requested',
      'hibernate succeeded',
      'snapshot_created succeeded',
    ]);
  });

  test('repeated or called twice at once it answers with the same snapshot', async () => {
    const id = await server.createSandbox();
    const answers = await Promise.all([hibernate(id), hibernate(id), hibernate(id)]);
    answers.push(await hibernate(id));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
  });

  test('one that fails leaves the sandbox running and says what was missing', async () => {
    const id = await server.createSandbox();
    for (const [refusal, code, mention] of [
      ['disk_full', 'disk_full', /5000 bytes/],
      ['snapshot_failed', 'snapshot_failed', /runs on/],
    ] as const) {
      server.host.onCall = (name) => {
        if (name === 'pauseInstance') throw hostRefusal(refusal, '', 5000n);
      };
      const failed = await hibernate(id);
      expectError(failed, code, [mention, new RegExp(id)]);
      if (code === 'disk_full') assert.equal(failed.body.error.details.missing_bytes, 5000);
      const run = await server.call('POST', `/v1/sandboxes/${id}/exec`, { command: 'echo', args: ['on'] });
      assert.equal(run.body.stdout, 'on\n');
    }
    const listed = await server.call('GET', `/v1/snapshots?sandbox_id=${id}`);
    assert.deepEqual(listed.body, []);
    assert.equal((await eventsOf(id)).at(-1), 'hibernate failed');
  });

  for (const body of [{ timeout_action: 'hibernate' }, { lifecycle: { on_timeout: 'pause' } }]) {
    test(`the deadline pauses with ${JSON.stringify(body)}`, async () => {
      const id = await server.createSandbox({ timeout_ms: 150, ...body });
      await until(async () => (await get(id)).body.status === 'paused');
      const paused = (await get(id)).body;
      assert.deepEqual([paused.status_reason, paused.timeout_action], ['timeout', 'hibernate']);
      assert.equal((await server.call('GET', `/v1/snapshots/${paused.snapshot_id}`)).status, 200);
      assert.deepEqual((await eventsOf(id)).slice(2), [
        'timeout_expired succeeded',
        'hibernate succeeded',
        'snapshot_created succeeded',
      ]);
    });
  }

  test('what happens at the deadline can be changed, and stays when it is not named', async () => {
    const id = await server.createSandbox();
    const changed = await server.call('POST', `/v1/sandboxes/${id}/timeout`, {
      timeout_ms: 60_000,
      timeout_action: 'hibernate',
    });
    assert.equal(changed.body.timeout_action, 'hibernate');
    const again = await server.call('POST', `/v1/sandboxes/${id}/timeout`, { timeout_ms: 1 });
    assert.equal(again.body.timeout_action, 'hibernate');
    await until(async () => (await get(id)).body.status === 'paused');
  });

  test('a command that is cut is told so, and can be read on after the resume', async () => {
    const id = await server.createSandbox();
    const exec = server.call('POST', `/v1/sandboxes/${id}/exec`, { command: 'long' });
    const socket = await new LiveSocket(
      `${server.url}/v1/sandboxes/${id}/ws?channel=exec`,
      server.key,
    ).open();
    socket.send({ type: 'exec_start', id: 'c1', command: 'live', args: [], timeout_secs: 30 });
    const { processes } = server.host.guestOf(id);
    await processes.started('long');
    const live = await processes.started('live');
    live.write('abc');
    await until(() => socket.text('exec_stdout') === 'abc');
    const paused = await hibernate(id);
    const cut = await exec;
    expectError(cut, 'sandbox_not_ready', [new RegExp(id)]);
    assert.equal(cut.body.error.details.snapshot_id, paused.body.id);
    const frame = await socket.type('error');
    assert.equal(frame.code, 'sandbox_not_ready');
    assert.deepEqual(frame.details, {
      sandbox_id: id,
      status: 'paused',
      snapshot_id: paused.body.id,
      pid: live.pid,
      stdout_offset: 3,
      stderr_offset: 0,
    });
    await socket.closed();
    assert.ok(!socket.frames.some(({ type }) => type === 'exec_exit'));

    const resumed = await server.call('POST', `/v1/sandboxes/${paused.body.id}/resume`);
    live.write('def');
    live.end(4);
    const next = await new LiveSocket(
      `${server.url}/v1/sandboxes/${resumed.body.id}/ws?channel=exec`,
      server.key,
    ).open();
    const { pid, stdout_offset, stderr_offset } = frame.details;
    next.send({ type: 'exec_connect', id: 'c2', pid, stdout_offset, stderr_offset });
    assert.equal((await next.type('exec_exit')).exit_code, 4);
    assert.equal(next.text('exec_stdout'), 'def');
  });

  test('calls that a still agent refuses are answered when the pause is there', async () => {
    const id = await server.createSandbox();
    const guest = server.host.guestOf(id);
    const refuse = () => {
      throw guestError('sandbox_paused');
    };
    const socket = await new LiveSocket(
      `${server.url}/v1/sandboxes/${id}/ws?channel=exec`,
      server.key,
    ).open();
    const refused = Promise.withResolvers<void>();
    guest.override.attach = async function* () {
      refused.resolve();
      yield create(guestProto.AttachResponseSchema, {
        event: { case: 'frozen', value: { reason: 'pause', stdoutOffset: 7n } },
      });
    };
    socket.send({ type: 'exec_start', id: 'c1', command: 'live', args: [], timeout_secs: 30 });
    await refused.promise;
    guest.override.run = refuse;
    const exec = server.call('POST', `/v1/sandboxes/${id}/exec`, { command: 'echo' });
    const paused = await hibernate(id);
    assert.equal((await exec).body.error.details.snapshot_id, paused.body.id);
    assert.equal((await socket.type('error')).details.snapshot_id, paused.body.id);
  });

  test('a delete ends a paused one and the snapshot of its pause', async () => {
    const id = await server.createSandbox();
    const { body } = await hibernate(id);
    expectError(await server.call('DELETE', `/v1/snapshots/${body.id}`), 'snapshot_in_use', [new RegExp(id)]);
    assert.equal((await server.call('DELETE', `/v1/sandboxes/${id}`)).status, 204);
    assert.ok(!server.host.snapshots.all.has(body.id));
    expectError(await get(id), 'sandbox_not_found', [/manual/]);
    expectError(await server.call('POST', `/v1/sandboxes/${body.id}/resume`), 'sandbox_not_found');
    expectError(await server.call('GET', `/v1/snapshots/${body.id}`), 'snapshot_not_found');
    expectError(await server.call('DELETE', `/v1/sandboxes/${id}`), 'sandbox_not_found');
    await until(() => !server.host.instances.has(id));
  });

  test('a call that comes while the host pauses it by itself is told so', async () => {
    let id = await server.createSandbox({ timeout_ms: 60_000, timeout_action: 'hibernate' });
    for (const [name, path, body] of [
      ['setDeadline', 'timeout', { timeout_ms: 1000 }],
      ['saveSnapshot', 'snapshots', undefined],
      ['forkInstance', 'fork', undefined],
    ] as const) {
      server.host.onCall = (called) => {
        if (called === name) server.host.pause(id, 'timeout');
      };
      expectError(await server.call('POST', `/v1/sandboxes/${id}/${path}`, body), 'sandbox_not_ready');
      server.host.onCall = () => undefined;
      const { snapshot_id: snapshotId } = (await get(id)).body;
      id = (await server.call('POST', `/v1/sandboxes/${snapshotId}/resume`)).body.id;
    }
  });

  test('the pause of a sandbox that ended first is told as its end', async () => {
    const id = await server.createSandbox();
    server.host.onCall = async (name) => {
      if (name !== 'pauseInstance') return;
      server.host.onCall = () => undefined;
      await server.call('DELETE', `/v1/sandboxes/${id}`);
    };
    expectError(await hibernate(id), 'sandbox_not_found', [/manual/]);
  });
});
