import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { host } from '@nullspace/proto';
import { expectError } from '../fixtures/expect-error.ts';
import { startTestServer, type TestServer } from '../fixtures/test-server.ts';
import { until } from '../fixtures/until.ts';
import { build, readEvents, run, startBuild, waitForBuild } from './fixtures.ts';

describe('builds', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server.close());

  const creates = () => server.host.calls.filter((name) => name === 'createInstance').length;

  test('stream their log, and end as a template that sandboxes are made of', async () => {
    const body = { name: 'hello', tags: ['v1', 'default'], steps: [run('echo one'), run('echo two')] };
    const entries = await build(server, { ...body, runtime_config: { default_envs: { MODE: 'x' } } });
    assert.deepEqual(
      entries.map(({ offset }) => offset),
      entries.map((_, index) => index),
    );
    assert.equal(new Set(entries.map((entry) => `${entry.build_id} ${entry.template_id}`)).size, 1);
    assert.equal(entries[0]?.kind, 'start');
    const messages = entries.map(({ message }) => message);
    assert.ok(messages.includes('one') && messages.includes('two'), messages.join('\n'));
    assert.deepEqual(
      entries
        .filter(({ message }) => message === 'one' || message === 'two')
        .map(({ step_index, total_steps }) => [step_index, total_steps]),
      [
        [0, 2],
        [1, 2],
      ],
    );
    const end = entries.at(-1)!;
    assert.equal(end.kind, 'end');
    assert.equal(end.result?.canonical_ref, 'first/hello:default');
    assert.deepEqual(end.result?.tags, ['default', 'v1']);
    assert.deepEqual(end.result?.runtime_defaults.default_env_keys, ['MODE']);
    assert.equal([...server.host.instances.keys()].filter((id) => id.startsWith('bld_')).length, 0);

    for (const ref of ['hello', 'hello:v1', 'first/hello', 'nullspace/hello:latest', end.template_id]) {
      const id = await server.createSandbox({ template: ref, envs: { MORE: 'y' } });
      const { spec } = server.host.instances.get(id)!;
      assert.notEqual(spec?.image, `sha256-${'a'.repeat(64)}`);
      assert.deepEqual(spec?.env, { MODE: 'x', MORE: 'y' });
      await server.call('DELETE', `/v1/sandboxes/${id}`);
    }
    expectError(await server.call('GET', '/v1/templates/refs/hello%3Anone'), 'template_not_found');
  });

  test('that are equal are made once, and a changed step reuses those before it', async () => {
    const steps = [run('echo a1'), run('echo b1')];
    await build(server, { name: 'again', steps });
    const before = creates();
    const again = await build(server, { name: 'again', steps });
    assert.equal(again.at(-1)?.kind, 'end');
    assert.equal(creates(), before);
    assert.ok(again.some((entry) => entry.cache_kind === 'final_artifact' && entry.cache_status === 'hit'));
    const changed = await build(server, { name: 'again', steps: [steps[0]!, run('echo b2')] });
    const messages = changed.map(({ message }) => message);
    assert.ok(messages.includes('b2') && !messages.includes('a1'), messages.join('\n'));
    assert.equal(creates(), before + 1);
    const fresh = await build(server, { name: 'again', steps, skip_cache: true });
    assert.ok(fresh.map(({ message }) => message).includes('a1'));
    const boundary = await build(server, {
      name: 'again',
      steps: [steps[0]!, { action: 'skip_cache' }, steps[1]!],
    });
    const said = boundary.map(({ message }) => message);
    assert.ok(said.includes('b1') && !said.includes('a1'));
  });

  test('that are equal and come at once do the work once', async () => {
    const steps = [run('echo same')];
    const before = creates();
    const both = await Promise.all([
      build(server, { name: 'twin1', steps }),
      build(server, { name: 'twin2', steps }),
    ]);
    assert.deepEqual(
      both.map((entries) => entries.at(-1)?.kind),
      ['end', 'end'],
    );
    assert.equal(creates(), before + 1);
  });

  test('say which step failed, with its exit code and its last lines', async () => {
    const entries = await build(server, { name: 'broken', steps: [run('echo fine'), run('exit 3')] });
    const error = entries.at(-1)!;
    assert.equal(error.kind, 'error');
    assert.equal(error.error_detail?.code, 'build_error');
    assert.equal(error.error_detail?.phase, 'build_step');
    assert.equal(error.error_detail?.step_index, 1);
    assert.equal(error.error_detail?.details?.reason, 'build_step_nonzero_exit');
    assert.equal(error.error_detail?.details?.exit_code, 3);
    const { body } = await server.call('GET', `/v1/templates/builds/${error.build_id}`);
    assert.equal(body.build.status, 'error');
    assert.deepEqual(body.build.error_detail, error.error_detail);
    expectError(await server.call('GET', '/v1/templates/refs/broken'), 'template_not_found');
    assert.equal([...server.host.instances.keys()].filter((id) => id.startsWith('bld_')).length, 0);
  });

  test('say what ended the sandbox of a step', async () => {
    const { build_id } = await startBuild(server, { name: 'hungry', steps: [run('wait for the end')] });
    const running = () =>
      [...server.host.instances.values()].find(
        ({ sandboxId, state }) => state === host.State.RUNNING && sandboxId.startsWith('bld_'),
      );
    await until(() => running() !== undefined && server.host.calls.includes('createInstance'));
    const messages = async () =>
      (await server.call('GET', `/v1/templates/builds/${build_id}`)).body.entries.map(
        ({ message }: { message: string }) => message,
      );
    await until(async () => (await messages()).includes('run wait for the end'));
    server.host.end(running()!.sandboxId, { state: host.State.ERROR, reason: 'out_of_memory' });
    const { status, error_detail } = await waitForBuild(server, build_id);
    assert.equal(status, 'error');
    assert.equal(error_detail?.message, 'The build ran out of memory');
    assert.deepEqual([error_detail?.step_index, error_detail?.details?.reason], [0, 'out_of_memory']);
  });

  test('are cancelled while they wait and while they run', async () => {
    const running = await startBuild(server, { name: 'slow', steps: [run('wait for it')] });
    const deadline = Date.now() + 20_000;
    while (![...server.host.instances.keys()].some((id) => id.startsWith('bld_'))) {
      assert.ok(Date.now() < deadline);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const path = `/v1/templates/builds/${running.build_id}`;
    const cancelled = await server.call('POST', `${path}/cancel`, { reason: 'changed my mind' });
    assert.equal(cancelled.status, 200, cancelled.text);
    assert.equal(cancelled.body.build.status, 'cancelled');
    assert.equal(cancelled.body.build.cancellation_reason, 'changed my mind');
    const repeated = await server.call('POST', `${path}/cancel`);
    assert.equal(repeated.body.build.status, 'cancelled');
    const logs = readEvents((await server.call('GET', `${path}/logs?follow=true&offset=0`)).text);
    assert.equal(logs.at(-1)?.kind, 'cancelled');
    expectError(await server.call('POST', `${path}/promote`, { tag: 'x' }), 'conflict');
  });

  test('go on in the background, and are retried and promoted', async () => {
    const { build_id } = await startBuild(server, { name: 'later', tags: ['v1'], steps: [run('echo l')] });
    const ready = await waitForBuild(server, build_id);
    assert.equal(ready.status, 'ready');
    assert.equal(ready.promotability?.status, 'promotable');
    const retried = await server.call('POST', `/v1/templates/builds/${build_id}/retry`, { tags: ['v2'] });
    assert.equal(retried.body.retry_of_build_id, build_id);
    assert.equal((await waitForBuild(server, retried.body.build_id)).status, 'ready');
    const promoted = await server.call('POST', `/v1/templates/builds/${build_id}/promote`, { tag: 'stable' });
    assert.deepEqual(promoted.body.tags, ['stable', 'v1', 'v2']);
    const list = await server.call('GET', '/v1/templates/refs/later/builds?limit=1');
    assert.equal(list.body.builds[0].build_id, retried.body.build_id);
    const next = await server.call('GET', `/v1/templates/refs/later/builds?cursor=${list.body.next_cursor}`);
    assert.deepEqual(
      next.body.builds.map((each: { build_id: string }) => each.build_id),
      [build_id],
    );
    const part = await server.call('GET', `/v1/templates/builds/${build_id}?offset=1`);
    assert.equal(part.body.entries[0].offset, 1);
  });

  test('of another tenant are not there', async () => {
    const { build_id } = await startBuild(server, { name: 'mine', steps: [] });
    const key = await server.makeKey('second');
    for (const path of ['', '/logs']) {
      const answer = await server.call('GET', `/v1/templates/builds/${build_id}${path}`, undefined, { key });
      expectError(answer, 'template_build_not_found');
    }
    await waitForBuild(server, build_id);
    expectError(
      await server.call('GET', '/v1/templates/refs/first%2Fmine', undefined, { key }),
      'template_not_found',
    );
    await server.call('PATCH', '/v1/templates/refs/mine/visibility', { visibility: 'public' });
    const shown = await server.call('GET', '/v1/templates/refs/first%2Fmine', undefined, { key });
    assert.equal(shown.body.name, 'mine');
    const changed = await server.call('DELETE', '/v1/templates/refs/first%2Fmine', undefined, { key });
    expectError(changed, 'forbidden');
  });

  test('are taken up by the next server', async () => {
    const { build_id } = await startBuild(server, {
      name: 'kept',
      steps: [run('echo kept1'), run('hold on')],
    });
    const deadline = Date.now() + 20_000;
    while (
      !(await server.call('GET', `/v1/templates/builds/${build_id}`)).text.includes('"message":"run hold on"')
    ) {
      assert.ok(Date.now() < deadline);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await server.restart();
    const held = () =>
      [...server.host.instances.values()]
        .filter((instance) => instance.state === host.State.RUNNING)
        .flatMap(({ sandboxId }) => [...server.host.guestOf(sandboxId).processes.all.values()])
        .find(({ command, exit }) => command.args[1] === 'hold on' && !exit);
    await until(() => held() !== undefined);
    held()!.end(0);
    const ready = await waitForBuild(server, build_id);
    assert.equal(ready.status, 'ready', JSON.stringify(ready));
    assert.equal(ready.cache_summary?.layer_hits, 1);
  });
});
