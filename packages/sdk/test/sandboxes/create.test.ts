// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${PORT} is part of the API.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSandboxRequest } from '@nullspace/contract';
import { InvalidRequestError, Sandbox } from '../../src/index.ts';
import { always, failure, inTurn, json, type Respond, startApiServer } from '../support/api-server.ts';
import { passing } from '../support/passing.ts';
import { execRecord, sandboxRecord } from '../support/records.ts';
import { until } from '../support/until.ts';

const created = always(201, sandboxRecord());
const drop: Respond = (_, response) => response.destroy();

describe('Sandbox.create', () => {
  test('sends its defaults', async (context) => {
    const api = await startApiServer(context, created);
    const sandbox = await Sandbox.create(api.connection);
    assert.equal(sandbox.id, 'sb_1');
    assert.equal(sandbox.cwd, '/workspace');
    const body = {
      template: 'base',
      vcpus: 2,
      memory_mb: 512,
      timeout_ms: 300_000,
      envs: {},
      metadata: {},
      network: null,
      internet_access: true,
      cwd: null,
    };
    assert.deepEqual(api.received[0]!.body, body);
    assert.ok(createSandboxRequest.safeParse(body).success);
    assert.match(String(api.received[0]!.headers['idempotency-key']), /^[0-9a-f-]{36}$/);
  });

  test('sends every option under its name of the API', async (context) => {
    const api = await startApiServer(context, created);
    await Sandbox.create({
      ...api.connection,
      template: 'py:stable',
      vcpus: 1,
      memoryMb: 1024,
      diskMb: 8192,
      timeout: 1.5,
      timeoutAction: 'destroy',
      cwd: '/data',
      envs: { APP_ENV: 'dev' },
      metadata: { project: 'docs', n: 1 },
      network: {
        maskRequestHost: 'localhost:${PORT}',
        allowOut: ['1.1.1.1/32'],
        allowPublicTraffic: false,
        bandwidth: { uploadMbps: 5, downloadMbps: null },
      },
      internetAccess: false,
      idempotencyKey: 'my-key',
    });
    const body = api.received[0]!.body;
    assert.deepEqual(body, {
      template: 'py:stable',
      vcpus: 1,
      memory_mb: 1024,
      disk_mb: 8192,
      timeout_ms: 1500,
      timeout_action: 'destroy',
      cwd: '/data',
      envs: { APP_ENV: 'dev' },
      metadata: { project: 'docs', n: 1 },
      network: {
        mask_request_host: 'localhost:${PORT}',
        allow_out: ['1.1.1.1/32'],
        allow_public_traffic: false,
        bandwidth: { upload_mbps: 5, download_mbps: null },
      },
      internet_access: false,
    });
    assert.ok(createSandboxRequest.safeParse(body).success);
    assert.equal(api.received[0]!.headers['idempotency-key'], 'my-key');
  });

  test('repeats with the same key while it is open what came of it', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const api = await startApiServer(
      context,
      inTurn(
        drop,
        always(409, failure('transition_in_progress')),
        always(503, failure('transition_recovery_required')),
        created,
      ),
    );
    const creation = Sandbox.create(api.connection);
    for (const [index, pause] of [500, 1000, 2000].entries()) {
      await until(() => api.received.length === index + 1, `attempt ${index + 1}`);
      await passing(context, pause, () => api.received.length > index + 1);
    }
    assert.equal((await creation).id, 'sb_1');
    assert.equal(new Set(api.received.map((entry) => entry.headers['idempotency-key'])).size, 1);
    assert.equal(api.received.length, 4);
  });

  test('gives up after 30 attempts', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const api = await startApiServer(context, always(409, failure('transition_in_progress')));
    let over = false;
    const creation = Sandbox.create(api.connection).finally(() => {
      over = true;
    });
    const failed = assert.rejects(creation, { code: 'transition_in_progress' });
    while (!over) {
      context.mock.timers.tick(500);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await failed;
    assert.equal(api.received.length, 30);
  });

  test('does not repeat what was refused', async (context) => {
    const api = await startApiServer(context, always(400, failure('invalid_request', 'vcpus: must be >= 1')));
    await assert.rejects(Sandbox.create({ ...api.connection, vcpus: 0 }), InvalidRequestError);
    assert.equal(api.received.length, 1);
  });

  test('does not repeat when no server is there', async (context) => {
    const api = await startApiServer(context, created);
    await new Promise((resolve) => api.server.close(resolve));
    await assert.rejects(Sandbox.create(api.connection), { code: 'transport_error' });
  });

  test('that is aborted kills the sandbox that comes of it', async (context) => {
    let answer: (() => void) | undefined;
    const api = await startApiServer(context, ({ method }, response) => {
      if (method === 'DELETE') return json(response, 204);
      answer = () => json(response, 201, sandboxRecord({ id: 'sb_late' }));
    });
    const controller = new AbortController();
    const creation = Sandbox.create({ ...api.connection, signal: controller.signal });
    await until(() => answer !== undefined, 'the create');
    controller.abort(new Error('enough'));
    await assert.rejects(creation, /enough/);
    answer!();
    await until(() => api.received.length === 2, 'the kill');
    assert.equal(`${api.received[1]!.method} ${api.received[1]!.path}`, 'DELETE /v1/sandboxes/sb_late');
  });

  test('hands the dispatch proof on to commands', async (context) => {
    const api = await startApiServer(
      context,
      inTurn(
        always(201, sandboxRecord(), { 'x-nullspace-dispatch-proof': 'proof' }),
        always(200, execRecord()),
      ),
    );
    await (await Sandbox.create(api.connection)).commands.run('true');
    assert.equal(api.received[1]!.headers['x-nullspace-dispatch-proof'], 'proof');
  });
});
