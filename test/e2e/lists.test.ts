import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { AuthError, InvalidRequestError, NotFoundError, Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';

describe('lists of sandboxes', () => {
  let installation: Installation;
  let connection: { apiKey: string; baseUrl: string };
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    connection = installation.connection;
  });

  test('pages, filters, projects and iterates', async () => {
    const made = await Promise.all(
      [0, 1, 2, 3, 4].map((number) =>
        Sandbox.create({ ...connection, metadata: { team: number % 2 ? 'odd' : 'even', number } }),
      ),
    );
    const ids = made.map((sandbox) => sandbox.id).sort();
    const page = await Sandbox.list({ ...connection, limit: 2 });
    assert.equal(page.items.length, 2);
    assert.equal(page.hasNext, true);
    const seen = [];
    for await (const info of await Sandbox.list({ ...connection, limit: 2 })) seen.push(info.id);
    assert.deepEqual(seen.sort(), ids);

    const odd = await Sandbox.list({
      ...connection,
      query: { metadata: { team: 'odd' }, state: ['running'], template: 'base' },
    });
    assert.deepEqual(odd.items.map((info) => info.metadata!.number).sort(), [1, 3]);
    const both = await Sandbox.list({ ...connection, query: { metadata: { team: 'even', number: 2 } } });
    assert.equal(both.items.length, 1);

    const raw = await Sandbox.list({ ...connection, limit: 1, fields: ['id', 'status', 'template'] });
    assert.deepEqual(Object.keys(raw.items[0]!).sort(), ['id', 'status', 'template']);

    await made[0]!.kill();
    const after = await Sandbox.list({ ...connection });
    assert.equal(
      after.items.some((info) => info.id === made[0]!.id),
      false,
    );
    for (const sandbox of made.slice(1)) await sandbox.kill();
  });

  test('a tenant sees and touches its own only', async () => {
    const other = { ...connection, apiKey: installation.createKey('other') };
    await using sandbox = await Sandbox.create({ ...connection });
    assert.deepEqual((await Sandbox.list({ ...other })).items, []);
    for (const touch of [
      () => Sandbox.getInfoById(sandbox.id, other),
      () => Sandbox.killById(sandbox.id, other),
      () => Sandbox.connect(sandbox.id, other),
      () => Sandbox.getMetricsById(sandbox.id, other),
    ])
      await assert.rejects(
        touch,
        (error: unknown) => error instanceof NotFoundError && error.code === 'sandbox_not_found',
      );
    assert.equal(await sandbox.isRunning(), true);
    await assert.rejects(Sandbox.list({ ...connection, apiKey: 'ns_live_wrong' }), AuthError);
  });

  test('a damaged cursor is refused', async () => {
    const response = await fetch(`${installation.url}/v1/sandboxes?next_token=xyz`, {
      headers: { authorization: `Bearer ${installation.apiKey}` },
    });
    assert.equal(response.status, 400);
    const body = (await response.json()) as { code: string };
    assert.equal(body.code, 'invalid_request');
    assert.ok(InvalidRequestError);
  });
});
