// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${PORT} is part of the API.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NotFoundError, Sandbox } from '../../src/index.ts';
import { always, failure, inTurn, json, type Respond, startApiServer } from '../support/api-server.ts';
import { sandboxRecord } from '../support/records.ts';

const record = always(200, sandboxRecord());
const gone = always(404, failure('sandbox_not_found', 'Sandbox sb_1 was not found'));
const byMethod =
  (answers: Record<string, Respond>): Respond =>
  (received, response) =>
    (answers[received.method] ?? always(500))(received, response);

const calls = (api: { received: { method: string; path: string }[] }) =>
  api.received.map(({ method, path }) => `${method} ${path}`);

describe('a sandbox handle', () => {
  test('reads its record, with dates and without nulls', async (context) => {
    const api = await startApiServer(
      context,
      always(
        200,
        sandboxRecord({ network: { mask_request_host: 'localhost:${PORT}' }, ended_at: 'nonsense' }),
      ),
    );
    const info = await Sandbox.getInfoById('sb_1', api.connection);
    assert.equal(info.status, 'running');
    assert.equal(info.template, 'base');
    assert.deepEqual(info.config, { vcpus: 2, memoryMb: 512, diskMb: 8192 });
    assert.deepEqual(info.metadata, { project: 'docs' });
    assert.deepEqual(info.network, { maskRequestHost: 'localhost:${PORT}' });
    assert.equal(info.timeoutAt?.toISOString(), '2026-03-10T12:05:01.000Z');
    assert.equal(info.endedAt, undefined);
    assert.equal(info.snapshotId, undefined);
  });

  test('projects to fields in the API’s own spelling', async (context) => {
    const api = await startApiServer(context, inTurn(record, always(200, { id: 'sb_1', timeout_ms: 5 })));
    const sandbox = await Sandbox.connect('sb_1', api.connection);
    const raw = await sandbox.getInfo({ fields: ['id', ' timeout_ms', 'id'] });
    assert.deepEqual(raw, { id: 'sb_1', timeout_ms: 5 });
    assert.equal(api.received[1]!.path, '/v1/sandboxes/sb_1?fields=id%2Ctimeout_ms');
    await assert.rejects(sandbox.getInfo({ fields: [' '] }), { code: 'invalid_request' });
  });

  test('runs, or does not, or is gone', async (context) => {
    const paused = always(200, sandboxRecord({ status: 'paused' }));
    const api = await startApiServer(
      context,
      inTurn(record, record, paused, gone, always(500, failure('internal_error'))),
    );
    const sandbox = await Sandbox.connect('sb_1', api.connection);
    assert.equal(await sandbox.isRunning(), true);
    assert.equal(await sandbox.isRunning(), false);
    assert.equal(await sandbox.isRunning(), false);
    await assert.rejects(sandbox.isRunning(), { code: 'internal_error' });
  });

  test('moves its deadline', async (context) => {
    const api = await startApiServer(context, byMethod({ GET: record, POST: always(204) }));
    const sandbox = await Sandbox.connect('sb_1', { ...api.connection, timeout: 60 });
    await sandbox.setTimeout(90, { action: 'destroy' });
    assert.deepEqual(api.received[1]!.body, { timeout_ms: 60_000 });
    assert.deepEqual(api.received[2]!.body, { timeout_ms: 90_000, timeout_action: 'destroy' });
    assert.equal(api.received[2]!.path, '/v1/sandboxes/sb_1/timeout');
  });

  test('reads metrics', async (context) => {
    const sample = {
      timestamp: '2026-03-10T12:00:00Z',
      cpu_percent: 12.5,
      cpu_count: 2,
      mem_used_bytes: 1,
      mem_total_bytes: 2,
      disk_used_bytes: 3,
      disk_total_bytes: 4,
      network_rx_bytes: 5,
      network_tx_bytes: 6,
    };
    const api = await startApiServer(context, always(200, [sample]));
    const [metrics] = await Sandbox.getMetricsById('sb_1', api.connection);
    assert.equal(metrics!.cpuPercent, 12.5);
    assert.equal(metrics!.diskTotalBytes, 4);
    assert.equal(metrics!.timestamp?.getTime(), Date.parse('2026-03-10T12:00:00Z'));
  });

  test('is killed by its id', async (context) => {
    const api = await startApiServer(context, inTurn(always(204), always(204), gone));
    await Sandbox.killById('sb_1', api.connection);
    await Sandbox.kill('sb_2', api.connection);
    assert.deepEqual(calls(api), ['DELETE /v1/sandboxes/sb_1', 'DELETE /v1/sandboxes/sb_2']);
    await assert.rejects(Sandbox.killById('sb_1', api.connection), NotFoundError);
  });

  test('an id that would name another route is refused before it is sent', async (context) => {
    const api = await startApiServer(context, always(204));
    for (const id of ['', '../templates', 'sb_1/exec', 'sb 1', 'sb_1?x', 'sb_%2e']) {
      await assert.rejects(async () => Sandbox.killById(id, api.connection), { code: 'invalid_request' });
      await assert.rejects(Sandbox.connect(id, api.connection), { code: 'invalid_request' });
    }
    assert.equal(api.received.length, 0);
  });
});

describe('Sandbox.connect', () => {
  test('resumes a paused sandbox and goes on with its new id', async (context) => {
    const paused = sandboxRecord({ status: 'paused', snapshot_id: 'snap_1' });
    const api = await startApiServer(
      context,
      inTurn(always(200, paused), always(200, sandboxRecord({ id: 'sb_2' })), always(204)),
    );
    const sandbox = await Sandbox.connect('sb_1', { ...api.connection, timeout: 30 });
    assert.equal(sandbox.id, 'sb_2');
    assert.deepEqual(calls(api), [
      'GET /v1/sandboxes/sb_1',
      'POST /v1/sandboxes/snap_1/resume',
      'POST /v1/sandboxes/sb_2/timeout',
    ]);
  });

  test('leaves a paused one paused when that is wanted', async (context) => {
    const paused = sandboxRecord({ status: 'paused', snapshot_id: 'snap_1' });
    const api = await startApiServer(context, always(200, paused));
    assert.equal((await Sandbox.connect('sb_1', { ...api.connection, resume: false })).id, 'sb_1');
    assert.deepEqual(calls(api), ['GET /v1/sandboxes/sb_1']);
  });

  test('needs a snapshot to resume from', async (context) => {
    const api = await startApiServer(context, always(200, sandboxRecord({ status: 'paused' })));
    await assert.rejects(Sandbox.connect('sb_1', api.connection), { code: 'missing_snapshot_id' });
  });
});

describe('await using', () => {
  const lifecycle = byMethod({ POST: always(201, sandboxRecord()), DELETE: always(204) });

  test('kills at the end of the block', async (context) => {
    const api = await startApiServer(context, lifecycle);
    {
      await using sandbox = await Sandbox.create(api.connection);
      assert.equal(sandbox.id, 'sb_1');
    }
    assert.deepEqual(calls(api), ['POST /v1/sandboxes', 'DELETE /v1/sandboxes/sb_1']);
  });

  test('kills after an exception, which goes on', async (context) => {
    const api = await startApiServer(context, lifecycle);
    await assert.rejects(async () => {
      await using sandbox = await Sandbox.create(api.connection);
      throw new Error(`of the caller in ${sandbox.id}`);
    }, /of the caller in sb_1/);
    assert.equal(calls(api)[1], 'DELETE /v1/sandboxes/sb_1');
  });

  test('a sandbox that has ended is fine, one that cannot be killed is an error', async (context) => {
    const failing = byMethod({
      POST: always(201, sandboxRecord()),
      DELETE: inTurn(gone, always(500, failure('internal_error'))),
    });
    const api = await startApiServer(context, failing);
    const use = async () => {
      await using _ = await Sandbox.create(api.connection);
    };
    await use();
    await assert.rejects(use(), { code: 'internal_error' });
  });
});

describe('Sandbox.list', () => {
  const page = (ids: string[], token: string | null) =>
    always(200, {
      items: ids.map((id) => sandboxRecord({ id })),
      next_token: token,
      has_next: token !== null,
    });

  test('goes from page to page', async (context) => {
    const api = await startApiServer(context, inTurn(page(['a', 'b'], 't 1'), page(['c'], null)));
    const list = await Sandbox.list({ ...api.connection, limit: 2 });
    assert.deepEqual(
      list.items.map((info) => info.id),
      ['a', 'b'],
    );
    assert.equal(list.hasNext, true);
    assert.equal(list.nextToken, 't 1');
    assert.deepEqual(
      (await list.nextItems()).map((info) => info.id),
      ['c'],
    );
    assert.equal(list.hasNext, false);
    assert.deepEqual(await list.nextItems(), []);
    assert.deepEqual(
      api.received.map(({ path }) => path),
      ['/v1/sandboxes?limit=2', '/v1/sandboxes?limit=2&next_token=t+1'],
    );
  });

  test('iterates over all pages', async (context) => {
    const api = await startApiServer(
      context,
      inTurn(page(['a', 'b'], 't'), page([], 'u'), page(['c'], null)),
    );
    const seen: string[] = [];
    for await (const info of await Sandbox.list(api.connection)) seen.push(info.id);
    assert.deepEqual(seen, ['a', 'b', 'c']);
  });

  test('stops without a token, and takes a bare array for the only page', async (context) => {
    const api = await startApiServer(
      context,
      inTurn(always(200, { items: [], next_token: null, has_next: true }), always(200, [sandboxRecord()])),
    );
    assert.equal((await Sandbox.list(api.connection)).hasNext, false);
    const bare = await Sandbox.list(api.connection);
    assert.equal(bare.items.length, 1);
    assert.equal(bare.hasNext, false);
  });

  test('sends its filters, those of the query first', async (context) => {
    const api = await startApiServer(context, page([], null));
    await Sandbox.list({
      ...api.connection,
      state: 'paused',
      template: 'base',
      query: { state: ['running', 'error'], metadata: { team: 'red', n: 1 } },
      nextToken: 'earlier',
    });
    const query = new URL(api.received[0]!.path, api.url).searchParams;
    assert.deepEqual(Object.fromEntries(query), {
      state: 'running,error',
      template: 'base',
      metadata: '{"team":"red","n":1}',
      next_token: 'earlier',
    });
  });

  test('with fields gives the API’s own objects, on every page', async (context) => {
    const items = [{ id: 'a', status: 'running' }];
    const api = await startApiServer(context, ({ path }, response) => {
      const more = !path.includes('next_token');
      json(response, 200, { items, next_token: more ? 't' : null, has_next: more });
    });
    const list = await Sandbox.list({ ...api.connection, fields: ['id', 'status'] });
    assert.deepEqual(list.items, items);
    await list.nextItems();
    assert.match(api.received[1]!.path, /fields=id%2Cstatus/);
  });
});
