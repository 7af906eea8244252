import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type Settings, settings as settingsSchema } from '@nullspace/configuration';
import { BlobStore } from '../../src/builds/blobs/blob-store.ts';
import { BuildQueue } from '../../src/builds/build-queue.ts';
import { sweepBuilds } from '../../src/builds/cache/sweep-builds.ts';
import { createFleet, type Fleet } from '../../src/fleet/fleet.ts';
import { createLog } from '../../src/logging.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { build, run, waitForBuild } from './fixtures.ts';

const DAY_MS = 24 * 3600 * 1000;
const HOUR_MS = 3600 * 1000;

describe('what builds keep', () => {
  let server: TestServer;
  let fleet: Fleet;
  let builds: BuildQueue;
  let folder: string;
  before(async () => {
    server = await startTestServer();
    const log = createLog({ level: 'fatal', destination: { write: () => {} } });
    fleet = createFleet({ client: server.host.client, store: server.store, log });
    folder = join(server.dataDir, 'blobs-of-test');
    builds = new BuildQueue(new BlobStore({ folder, quotaBytes: 1e9 }));
  });
  after(() => server.close());
  beforeEach(async () => {
    for (const { name } of (await server.call('GET', '/v1/templates')).body) {
      if (name !== 'base') await server.call('DELETE', `/v1/templates/refs/${name}`);
    }
    await sweep(100 * DAY_MS);
    assert.deepEqual(await kept(), []);
  });

  /** As it would be after some time. */
  const sweep = (laterMs: number, changes: Partial<Settings> = {}) =>
    sweepBuilds(
      { settings: settingsSchema.parse(changes), store: server.store, fleet, builds },
      Date.now() + laterMs,
    );
  const kept = async () => (await server.store.listLayers()).map(({ kind }) => kind).sort();
  const layersOnHost = () =>
    [...server.host.snapshots.all.keys()].filter((id) => id.startsWith('lay_')).length;

  test('goes when no build has used it for long, and what templates need stays', async () => {
    const service = {
      start_cmd: 'wait for it',
      runtime_config: { readiness: { kind: 'timeout', timeout_ms: 1 } },
    };
    await build(server, { name: 'old', steps: [run('echo o1'), run('echo o2')], ...service });
    await sweep(13 * DAY_MS);
    assert.deepEqual(await kept(), ['final', 'layer', 'layer', 'snapshot']);
    await sweep(15 * DAY_MS);
    assert.deepEqual(await kept(), ['snapshot']);
    assert.equal(layersOnHost(), 0);
    assert.equal(server.host.images.size, 1);
    const id = await server.createSandbox({ template: 'old' });
    await server.call('DELETE', `/v1/sandboxes/${id}`);
    await server.call('DELETE', '/v1/templates/refs/old');
    await sweep(2 * HOUR_MS);
    assert.equal(server.host.images.size, 0);
    assert.equal(server.host.snapshots.all.size, 0);
  });

  test('stays within its bound, and the longest unused layers go first', async () => {
    await build(server, { name: 'a', steps: [run('echo a')] });
    await build(server, { name: 'b', steps: [run('echo b')] });
    await build(server, { name: 'c', steps: [run('echo a'), run('echo c')] });
    // Each takes 5 MB; what a build may have found just now is none of the sweep's.
    await sweep(0, { build_cache_max_mb: 1 });
    assert.equal(layersOnHost(), 3);
    await sweep(2 * HOUR_MS, { build_cache_max_mb: 10 });
    assert.equal(layersOnHost(), 2);
    const again = await build(server, { name: 'c2', steps: [run('echo a'), run('echo c'), run('echo d')] });
    assert.ok(!again.some(({ message }) => message === 'a' || message === 'c'));
    const metrics = await (await fetch(server.metricsUrl)).text();
    assert.match(metrics, /nullspace_build_cache_bytes\{kind="layer"\} 15000000/);
    assert.match(metrics, /nullspace_build_cache_count\{kind="layer"\} 3/);
  });

  test('goes with builds that newer ones replaced, and they say so', async () => {
    const service = {
      start_cmd: 'wait for it',
      runtime_config: { readiness: { kind: 'timeout', timeout_ms: 1 } },
    };
    const ids = [];
    for (const word of ['1', '2', '3', '4']) {
      const body = { name: 'versions', steps: [run(`echo v${word}`)], ...service };
      ids.push((await build(server, body)).at(-1)!.build_id);
    }
    const [first, second] = ids as [string, string];
    // A sandbox that is being made may be of a build that has just lost its tag.
    await sweep(0, { template_keep_builds: 1 });
    assert.equal(server.host.images.size, 4);
    const living = await server.createSandbox({ template: `versions:${first}` });
    await sweep(2 * HOUR_MS, { template_keep_builds: 1 });
    assert.equal(server.host.images.size, 3);
    const read = async (id: string) => (await server.call('GET', `/v1/templates/builds/${id}`)).body.build;
    const purged = await read(second);
    assert.equal(purged.status, 'ready');
    assert.equal(purged.artifact_availability.status, 'unavailable');
    assert.equal(purged.promotability.status, 'purged');
    assert.deepEqual([purged.artifact_ids, purged.size_bytes], [[], undefined]);
    assert.equal((await read(first)).size_bytes, 1000);
    const promoted = await server.call('POST', `/v1/templates/builds/${second}/promote`, { tag: 'x' });
    assert.deepEqual([promoted.status, promoted.body.error.code], [409, 'conflict']);
    const gone = await server.call('POST', '/v1/sandboxes', { template: `versions:${second}` });
    assert.equal(gone.body.error.code, 'template_not_found');
    await server.call('DELETE', `/v1/sandboxes/${living}`);
    await sweep(2 * HOUR_MS, { template_keep_builds: 1 });
    assert.equal(server.host.images.size, 2);
    const snapshots = [...server.host.snapshots.all.keys()].filter((id) => id.startsWith('tsn_'));
    assert.equal(snapshots.length, 2);
    // Layers are kept for longer, so that nothing has to be run for it.
    const retried = await server.call('POST', `/v1/templates/builds/${second}/retry`, { tags: ['again'] });
    assert.equal((await waitForBuild(server, retried.body.build_id)).status, 'ready');
    const id = await server.createSandbox({ template: 'versions:again' });
    await server.call('DELETE', `/v1/sandboxes/${id}`);
    await server.call('DELETE', '/v1/templates/refs/versions');
  });

  test('loses what a killed server has left half made, once no build can be at it', async () => {
    const tenantId = (await server.store.listUnfinishedBuilds())[0]?.tenantId ?? 'tn_x';
    for (const kind of ['layer', 'final', 'snapshot'] as const) {
      await server.store.beginLayer({ id: `half_${kind}`, tenantId, kind, createdAt: Date.now() });
    }
    await sweep(0);
    assert.equal((await kept()).length, 3);
    await sweep(2 * HOUR_MS);
    assert.deepEqual(await kept(), []);
  });

  test('has no image that nothing needs, except one that a build holds', async () => {
    const image = `sha256-${'c'.repeat(64)}`;
    server.host.images.add(image);
    const held = { image, buildId: 'tb_1' };
    assert.equal(await builds.artifacts.hold({ store: server.store, fleet }, held), true);
    await sweep(0);
    assert.ok(server.host.images.has(image));
    builds.artifacts.letGo('tb_1');
    await sweep(0);
    assert.ok(!server.host.images.has(image));
    assert.equal(await builds.artifacts.hold({ store: server.store, fleet }, held), false);
  });

  test('has no uploads that were not used for long', async () => {
    const id = `blob_${createHash('sha256').update('x').digest('hex')}`;
    const put = { tenantId: 'tn_1', id, content: Readable.from([Buffer.from('x')]), sizeBytes: 1 };
    await builds.blobs.put(put);
    mkdirSync(join(folder, 'tn_2'), { recursive: true });
    writeFileSync(join(folder, 'tn_2/part-of-a-killed-server'), 'x');
    const old = new Date(Date.now() - 15 * DAY_MS);
    utimesSync(join(folder, 'tn_2/part-of-a-killed-server'), old, old);
    await sweep(0);
    assert.deepEqual(readdirSync(join(folder, 'tn_2')), []);
    assert.deepEqual(readdirSync(join(folder, 'tn_1')), [id]);
    await sweep(15 * DAY_MS);
    assert.deepEqual(readdirSync(join(folder, 'tn_1')), []);
  });
});
