import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConflictError, NotFoundError, Sandbox, SandboxPausedError } from '../../src/index.ts';
import { always, failure, inTurn, json, type Respond, startApiServer } from '../support/api-server.ts';
import { sandboxRecord, snapshotRecord } from '../support/records.ts';

const calls = (api: { received: { method: string; path: string }[] }) =>
  api.received.map(({ method, path }) => `${method} ${path}`);

/** Answers by the last part of the path, or by the method. */
const routes =
  (answers: Record<string, Respond>): Respond =>
  (received, response) => {
    const last = received.path.split('?')[0]!.split('/').at(-1)!;
    return (answers[last] ?? answers[received.method] ?? always(500))(received, response);
  };

describe('pausing', () => {
  const server = routes({
    hibernate: always(201, snapshotRecord({ metadata: { created_via: 'hibernate' } })),
    sandboxes: always(201, sandboxRecord()),
    resume: always(200, sandboxRecord({ id: 'sb_2' })),
    timeout: always(204),
    DELETE: always(204),
  });

  test('sends no body and answers with the snapshot', async (context) => {
    const api = await startApiServer(context, server);
    const sandbox = await Sandbox.create(api.connection);
    const snapshot = await sandbox.hibernate();
    assert.deepEqual(snapshot, {
      id: 'snap_1',
      sandboxId: 'sb_1',
      sizeBytes: 9_000_000,
      createdAt: new Date('2026-03-10T12:01:00Z'),
      metadata: { created_via: 'hibernate' },
    });
    await sandbox.pause();
    assert.deepEqual(calls(api).slice(1), Array(2).fill('POST /v1/sandboxes/sb_1/hibernate'));
    assert.equal(api.received[1]!.body, undefined);
    assert.equal(api.received[1]!.headers['idempotency-key'], undefined);
  });

  test('keeps the sandbox at the end of its block', async (context) => {
    const api = await startApiServer(context, server);
    {
      await using sandbox = await Sandbox.create(api.connection);
      await sandbox.pause();
    }
    assert.deepEqual(calls(api), ['POST /v1/sandboxes', 'POST /v1/sandboxes/sb_1/hibernate']);
  });

  test('that failed leaves the sandbox to its block', async (context) => {
    const full = routes({
      hibernate: always(507, failure('disk_full')),
      sandboxes: always(201, sandboxRecord()),
      DELETE: always(204),
    });
    const api = await startApiServer(context, full);
    {
      await using sandbox = await Sandbox.create(api.connection);
      await assert.rejects(sandbox.pause(), { code: 'disk_full', status: 507 });
    }
    assert.equal(calls(api).at(-1), 'DELETE /v1/sandboxes/sb_1');
  });

  test('resuming gives the new id, and moves the deadline only when asked', async (context) => {
    const api = await startApiServer(context, server);
    assert.equal((await Sandbox.resume('snap_1', api.connection)).id, 'sb_2');
    await Sandbox.resume('snap_1', { ...api.connection, timeout: 60 });
    assert.deepEqual(calls(api), [
      'POST /v1/sandboxes/snap_1/resume',
      'POST /v1/sandboxes/snap_1/resume',
      'POST /v1/sandboxes/sb_2/timeout',
    ]);
    assert.equal(api.received[0]!.body, undefined);
    await assert.rejects(Sandbox.resume('../x', api.connection), { code: 'invalid_request' });
  });

  test('a call on a paused sandbox says so', async (context) => {
    const paused = failure('sandbox_not_ready', 'Sandbox sb_1 is paused', {
      details: { status: 'paused', snapshot_id: 'snap_1' },
    });
    const api = await startApiServer(
      context,
      routes({ exec: always(409, paused), GET: always(200, sandboxRecord()) }),
    );
    const sandbox = await Sandbox.connect('sb_1', api.connection);
    await assert.rejects(sandbox.commands.run('true'), (error: SandboxPausedError) => {
      assert.ok(error instanceof SandboxPausedError && error instanceof ConflictError);
      assert.deepEqual(error.details, { status: 'paused', snapshot_id: 'snap_1' });
      return true;
    });
  });
});

describe('forking', () => {
  const source = { GET: always(200, sandboxRecord()) };

  test('gives a running copy', async (context) => {
    const api = await startApiServer(
      context,
      routes({ ...source, fork: always(201, sandboxRecord({ id: 'sb_2' })) }),
    );
    const sandbox = await Sandbox.connect('sb_1', api.connection);
    assert.equal((await sandbox.fork({ idempotencyKey: 'once' })).id, 'sb_2');
    const { body, headers } = api.received[1]!;
    assert.equal(body, undefined);
    assert.equal(headers['idempotency-key'], 'once');
  });

  test('of many gives each child or its error', async (context) => {
    const error = {
      message: 'No room',
      code: 'capacity_exceeded',
      request_id: 'req_7',
      retryable: true,
      suggested_action: 'Wait.',
    };
    const items = [{ sandbox: sandboxRecord({ id: 'sb_2' }) }, { error }];
    const api = await startApiServer(context, routes({ ...source, fork: always(201, { items }) }));
    const sandbox = await Sandbox.connect('sb_1', api.connection);
    const [first, second] = await sandbox.fork({ count: 2 });
    assert.equal(first!.sandbox?.id, 'sb_2');
    assert.equal(second!.sandbox, undefined);
    assert.deepEqual(
      [second!.error?.name, second!.error?.code, second!.error?.requestId, second!.error?.retryable],
      ['QuotaExceededError', 'capacity_exceeded', 'req_7', true],
    );
    assert.deepEqual(api.received[1]!.body, { count: 2 });
  });

  test('whose outcome is open is repeated with the same key', async (context) => {
    const fork = inTurn(
      always(409, failure('transition_in_progress')),
      always(201, sandboxRecord({ id: 'sb_2' })),
    );
    const api = await startApiServer(context, routes({ ...source, fork }));
    const sandbox = await Sandbox.connect('sb_1', api.connection);
    assert.equal((await sandbox.fork()).id, 'sb_2');
    const keys = api.received.slice(1).map(({ headers }) => headers['idempotency-key']);
    assert.equal(keys.length, 2);
    assert.ok(keys[0] && keys[0] === keys[1]);
  });

  test('that is refused is not repeated', async (context) => {
    const gone = always(404, failure('sandbox_not_found'));
    const api = await startApiServer(context, routes({ ...source, fork: gone }));
    const sandbox = await Sandbox.connect('sb_1', api.connection);
    await assert.rejects(sandbox.fork({ count: 3 }), NotFoundError);
    assert.equal(api.received.length, 2);
  });
});

describe('a create from a snapshot', () => {
  test('sends only what the snapshot leaves open', async (context) => {
    const api = await startApiServer(context, (_, response) => json(response, 201, sandboxRecord()));
    await Sandbox.create({
      ...api.connection,
      snapshotId: 'snap_1',
      timeout: 60,
      metadata: { a: 1 },
      timeoutAction: 'hibernate',
      network: { allowPublicTraffic: true },
    });
    await Sandbox.create({ ...api.connection, lifecycle: { onTimeout: 'pause' } });
    assert.deepEqual(api.received[0]!.body, {
      snapshot_id: 'snap_1',
      timeout_ms: 60_000,
      metadata: { a: 1 },
      network: { allow_public_traffic: true },
      timeout_action: 'hibernate',
    });
    assert.deepEqual((api.received[1]!.body as { lifecycle: unknown }).lifecycle, { on_timeout: 'pause' });
  });

  test('cannot choose what the snapshot has', async (context) => {
    const api = await startApiServer(context, always(500));
    const create = Sandbox.create({ ...api.connection, snapshotId: 'snap_1', vcpus: 4, cwd: '/' });
    await assert.rejects(create, { code: 'invalid_request', message: /vcpus, cwd/ });
    assert.equal(api.received.length, 0);
  });
});
