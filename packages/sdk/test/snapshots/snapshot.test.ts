import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConflictError, NotFoundError, Sandbox, Snapshot } from '../../src/index.ts';
import { always, failure, inTurn, startApiServer } from '../support/api-server.ts';
import { sandboxRecord, snapshotRecord } from '../support/records.ts';

const query = (path: string) => Object.fromEntries(new URL(path, 'http://x').searchParams);

describe('sandbox.createSnapshot', () => {
  test('sends a body only for what was asked, and a key', async (context) => {
    const api = await startApiServer(
      context,
      inTurn(always(200, sandboxRecord()), always(201, snapshotRecord())),
    );
    const sandbox = await Sandbox.connect('sb_1', api.connection);
    assert.equal((await sandbox.createSnapshot()).id, 'snap_1');
    await sandbox.createSnapshot({ kind: 'filesystem', metadata: { step: 2 }, idempotencyKey: 'k' });
    const [, bare, full] = api.received;
    assert.equal(bare!.body, undefined);
    assert.match(bare!.headers['idempotency-key'] as string, /./);
    assert.deepEqual(full!.body, { kind: 'filesystem', metadata: { step: 2 } });
    assert.equal(full!.headers['idempotency-key'], 'k');
    assert.equal(full!.path, '/v1/sandboxes/sb_1/snapshots');
  });
});

describe('Snapshot', () => {
  test('is read with all that is known of it', async (context) => {
    const record = snapshotRecord({
      status: 'corrupt',
      status_message: 'pages.img',
      created_via: 'hibernate',
    });
    const api = await startApiServer(context, always(200, record));
    const snapshot = await Snapshot.get('snap_1', api.connection);
    assert.deepEqual(
      [snapshot.kind, snapshot.status, snapshot.statusMessage, snapshot.createdVia, snapshot.config.memoryMb],
      ['memory', 'corrupt', 'pages.img', 'hibernate', 512],
    );
    assert.match(query(api.received[0]!.path).fields!, /^id,sandbox_id,.*kind/);
  });

  test('lists page by page with its filters', async (context) => {
    const page = (id: string, token: string | null) =>
      always(200, { items: [snapshotRecord({ id })], next_token: token, has_next: token !== null });
    const api = await startApiServer(context, inTurn(page('snap_1', 'more'), page('snap_2', null)));
    const list = await Snapshot.list({
      ...api.connection,
      sandboxId: 'sb_1',
      metadata: { a: 'b' },
      limit: 1,
    });
    const ids = [];
    for await (const { id } of list) ids.push(id);
    assert.deepEqual(ids, ['snap_1', 'snap_2']);
    const { fields, ...first } = query(api.received[0]!.path);
    assert.deepEqual(first, { sandbox_id: 'sb_1', metadata: '{"a":"b"}', limit: '1' });
    assert.equal(query(api.received[1]!.path).next_token, 'more');
  });

  test('lists those of a sandbox, also from a bare array', async (context) => {
    const api = await startApiServer(
      context,
      inTurn(always(200, sandboxRecord()), always(200, [snapshotRecord()])),
    );
    const sandbox = await Sandbox.connect('sb_1', api.connection);
    const list = await sandbox.listSnapshots();
    assert.deepEqual([list.items.length, list.hasNext], [1, false]);
    assert.equal(query(api.received[1]!.path).sandbox_id, 'sb_1');
  });

  test('is deleted by its id', async (context) => {
    const answers = [
      always(204),
      always(409, failure('snapshot_in_use')),
      always(404, failure('snapshot_not_found')),
    ];
    const api = await startApiServer(context, inTurn(...answers));
    await Snapshot.delete('snap_1', api.connection);
    assert.equal(`${api.received[0]!.method} ${api.received[0]!.path}`, 'DELETE /v1/snapshots/snap_1');
    await assert.rejects(Snapshot.delete('snap_1', api.connection), ConflictError);
    await assert.rejects(Snapshot.delete('snap_1', api.connection), NotFoundError);
    await assert.rejects(Snapshot.delete('a/b', api.connection), { code: 'invalid_request' });
  });
});
