import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { host } from '@nullspace/proto';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';
import { build, readEvents, run, startBuild, waitForBuild } from './fixtures.ts';

/** Calls to the host at which a build stands still, in the order of its stages. */
const stages: Record<string, (name: string, request: unknown) => boolean> = {
  'starting its sandbox': (name) => name === 'createInstance',
  'saving a layer': (name, request) => isSave(name, request, host.SnapshotKind.FILESYSTEM),
  'making the image': (name) => name === 'assembleImage',
  'saving its service': (name, request) => isSave(name, request, host.SnapshotKind.MEMORY),
};

function isSave(name: string, request: unknown, kind: host.SnapshotKind): boolean {
  return name === 'saveSnapshot' && (request as host.SaveSnapshotRequest).kind === kind;
}

describe('a build that is cancelled', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ max_builds: 1 });
  });
  after(() => server.close());
  afterEach(() => {
    server.host.onCall = () => undefined;
  });

  const definition = (name: string) => ({
    name,
    steps: [run(`echo ${name}`)],
    start_cmd: `wait for ${name}`,
    runtime_config: { readiness: { kind: 'timeout', timeout_ms: 1 } },
  });
  /** Cancels, and expects that nothing of it goes on. */
  const expectCancelled = async (id: string, release: () => void = () => {}) => {
    const path = `/v1/templates/builds/${id}`;
    const cancelling = server.call('POST', `${path}/cancel`, { reason: 'enough' });
    await until(async () => (await server.call('GET', path)).text.includes('"cancel_requested_at"'));
    release();
    const { build: ended } = (await cancelling).body;
    assert.deepEqual([ended.status, ended.cancellation_reason], ['cancelled', 'enough']);
    assert.deepEqual(ended.artifact_ids, []);
    const log = readEvents((await server.call('GET', `${path}/logs?follow=true`)).text);
    assert.equal(log.at(-1)?.kind, 'cancelled');
    assert.deepEqual(
      log.map(({ offset }) => offset),
      log.map((_, index) => index),
    );
    const running = [...server.host.instances.values()].filter(({ state }) => state === host.State.RUNNING);
    assert.deepEqual(
      running.map(({ sandboxId }) => sandboxId),
      [],
    );
    const templates = (await server.call('GET', '/v1/templates')).body as { name: string }[];
    assert.ok(!templates.some(({ name }) => name === ended.name));
  };

  for (const [stage, isHere] of Object.entries(stages))
    test(`while it is ${stage} ends there, and the next one is made whole`, async () => {
      const name = stage.replaceAll(' ', '-');
      const reached = Promise.withResolvers<void>();
      const held = Promise.withResolvers<void>();
      server.host.onCall = async (call, request) => {
        if (!isHere(call, request)) return;
        reached.resolve();
        await held.promise;
      };
      const { build_id } = await startBuild(server, definition(name));
      await reached.promise;
      await expectCancelled(build_id, held.resolve);
      server.host.onCall = () => undefined;
      const entries = await build(server, definition(name));
      assert.equal(entries.at(-1)?.kind, 'end', JSON.stringify(entries.slice(-3)));
      await server.call('DELETE', `/v1/sandboxes/${await server.createSandbox({ template: name })}`);
    });

  test('while it waits for its turn never begins', async () => {
    const first = await startBuild(server, { name: 'first', steps: [run('wait for the first')] });
    const isRunning = () =>
      [...server.host.instances.values()].some(
        ({ sandboxId, state }) => state === host.State.RUNNING && sandboxId.startsWith('bld_'),
      );
    await until(isRunning);
    const waiting = await startBuild(server, definition('waiting'));
    const path = `/v1/templates/builds/${waiting.build_id}`;
    const { build: ended } = (await server.call('POST', `${path}/cancel`, {})).body;
    assert.equal(ended.status, 'cancelled');
    assert.equal(ended.started_at, undefined);
    await expectCancelled(first.build_id);
    assert.equal((await waitForBuild(server, waiting.build_id)).status, 'cancelled');
  });

  test('while its step or its probe runs ends at once', async () => {
    for (const more of [
      { steps: [run('wait in the step')] },
      { steps: [], runtime_config: { readiness: { kind: 'timeout', timeout_ms: 3_000_000 } } },
    ]) {
      const { build_id } = await startBuild(server, { ...definition('waits'), ...more });
      await until(() =>
        [...server.host.instances.values()].some(
          ({ sandboxId, state }) =>
            state === host.State.RUNNING && server.host.guestOf(sandboxId).processes.all.size > 0,
        ),
      );
      await expectCancelled(build_id);
    }
  });

  test('is cancelled by the next server when this one ends meanwhile', async () => {
    const { build_id } = await startBuild(server, { name: 'noted', steps: [run('wait for long')] });
    const change = { cancelRequestedAt: Date.now(), cancellationReason: 'noted' };
    await until(
      async () =>
        (await server.store.updateBuild(build_id, { from: ['building'], change, now: Date.now() })) !==
        undefined,
    );
    await server.restart();
    const ended = await waitForBuild(server, build_id);
    assert.deepEqual([ended.status, ended.cancellation_reason], ['cancelled', 'noted']);
    await until(() => [...server.host.instances.values()].every(({ state }) => state !== host.State.RUNNING));
  });
});
