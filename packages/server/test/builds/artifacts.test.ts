import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';
import { build, run } from './fixtures.ts';

describe('what builds have made', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  const made = async (body: { name: string; [field: string]: unknown }) => {
    const entries = await build(server, body);
    assert.equal(entries.at(-1)?.kind, 'end', JSON.stringify(entries.slice(-3)));
    return {
      said: entries.map(({ message }) => message),
      isHit: entries.some((entry) => entry.cache_kind === 'final_artifact' && entry.cache_status === 'hit'),
    };
  };
  const remove = async (name: string) => {
    const answer = await server.call('DELETE', `/v1/templates/refs/${name}`);
    assert.equal(answer.status, 204, answer.text);
  };
  const tryOut = async (template: string) => {
    const id = await server.createSandbox({ template });
    await server.call('DELETE', `/v1/sandboxes/${id}`);
  };
  const service = {
    start_cmd: 'wait for requests',
    runtime_config: { readiness: { kind: 'timeout', timeout_ms: 1 } },
  };

  test('goes with its template, and an equal build makes it again', async () => {
    for (const more of [{}, service]) {
      const body = { name: 'gone', steps: [run('echo gone')], ...more };
      await made(body);
      const images = new Set(server.host.images);
      await remove('gone');
      await until(() => server.host.images.size < images.size);
      const again = await made(body);
      assert.equal(again.isHit, false);
      // The layers are kept.
      assert.ok(!again.said.includes('gone'));
      await tryOut('gone');
      await remove('gone');
    }
  });

  test('stays while a template of an equal build needs it', async () => {
    const body = { steps: [run('echo shared')], ...service };
    await made({ name: 'first', ...body });
    assert.ok((await made({ name: 'second', ...body })).isHit);
    await remove('first');
    // What is freed later comes after this.
    await made({ name: 'third', steps: [run('echo other')] });
    await remove('third');
    await until(() => server.host.deletedImages.length > 0);
    await tryOut('second');
    assert.ok((await made({ name: 'fourth', ...body })).isHit);
  });

  test('is made again when the host has lost it', async () => {
    const body = { name: 'lost', steps: [run('echo l1'), run('echo l2')], ...service };
    await made(body);
    const lose: (() => void)[] = [
      () => server.host.images.clear(),
      () => server.host.snapshots.all.clear(),
      () => {
        server.host.images.clear();
        server.host.snapshots.all.clear();
      },
    ];
    for (const loseIt of lose) {
      loseIt();
      assert.equal((await made(body)).isHit, false);
      await tryOut('lost');
      assert.equal((await made(body)).isHit, true);
    }
    // Layers alone, the last of which is what the image is made of.
    for (const id of server.host.snapshots.all.keys()) {
      if (id.startsWith('lay_')) server.host.snapshots.all.delete(id);
    }
    const next = await made({ ...body, start_cmd: 'wait for others' });
    assert.ok(next.said.includes('l1') && next.said.includes('l2'), next.said.join('\n'));
  });

  test('is one layer for two builds that make it at the same moment', async () => {
    const both = ['x', 'y'].map((name) =>
      made({ name, steps: [run('echo same start'), run(`echo ${name}`)] }),
    );
    await Promise.all(both);
    await Promise.all([tryOut('x'), tryOut('y')]);
  });

  test('is saved over what a killed server has left on the host', async () => {
    const steps = [run('echo left over')];
    await made({ name: 'left', steps });
    await remove('left');
    for (const layer of await server.store.listLayers()) {
      if (layer.kind === 'layer') await server.store.deleteLayer(layer.id);
    }
    assert.ok((await made({ name: 'left', steps })).said.includes('left over'));
  });
});
