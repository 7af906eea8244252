import assert from 'node:assert/strict';
import { test } from 'node:test';
import { host as proto } from '@nullspace/proto';
import { image, makeSite, order, pauseIdOf } from '../fixtures/open-test-host.ts';
import { refusal } from '../fixtures/refusal.ts';

const shape = { image, vcpus: 1, memoryMb: 512, diskMb: 1024 };

async function makeTemplate(t: Parameters<typeof makeSite>[0]) {
  const site = await makeSite(t);
  const { client } = await site.open();
  const { instance } = await client.createInstance(
    order('bld_1', { ...shape, env: { BUILD: '1' }, cwd: '/build' }),
  );
  site.machine.content(instance!.instanceId).memory.service = 'ready';
  await client.saveSnapshot({ sandboxId: 'bld_1', snapshotId: 'tsnap_1', kind: proto.SnapshotKind.MEMORY });
  await client.killInstance({ sandboxId: 'bld_1' });
  const create = (
    sandboxId: string,
    spec: Record<string, unknown> = {},
    rest: Record<string, unknown> = {},
  ) =>
    client.createInstance({
      ...order(sandboxId, { ...shape, ...spec }),
      snapshotId: 'tsnap_1',
      templateSnapshot: true,
      ...rest,
    });
  return { site, client, create };
}

test('what starts from a template is configured as after a cold start, with its processes there already', async (t) => {
  const { site, create } = await makeTemplate(t);
  const spec = { env: { OWN: '2' }, cwd: '/app', hostname: 'box', processLimit: 99, internetAccess: false };
  const { instance } = await create('sb_1', spec, { imageEnv: { LANG: 'de', APP: 'x' } });
  assert.equal(site.machine.content(instance!.instanceId).memory.service, 'ready');
  const { env, imageEnv, cwd, hostname, processLimit, restored } = site.agents.configured.at(-1)!;
  assert.deepEqual(env, { OWN: '2' });
  assert.deepEqual(imageEnv, {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LANG: 'de',
    APP: 'x',
  });
  assert.deepEqual([cwd, hostname, processLimit, restored], ['/app', 'box', 99, true]);
  assert.equal(site.machine.slots.get(site.machine.starts.at(-1)!.slot.index)?.internetAccess, false);
});

test('another shape than that of the template is refused with both', async (t) => {
  const { client, create } = await makeTemplate(t);
  for (const [field, asked, saved] of [
    ['disk_mb', { diskMb: 2048 }, 1024],
    ['memory_mb', { memoryMb: 1024 }, 512],
    ['vcpus', { vcpus: 2 }, 1],
  ] as const) {
    const error = await refusal(create('sb_1', asked));
    assert.deepEqual([error.code, error.field], ['invalid_request', `spec.${field}`]);
    assert.match(
      error.message,
      new RegExp(`is ${Object.values(asked)[0]}; .*tsnap_1 was saved with ${saved}`),
    );
  }
  const none = await refusal(create('sb_1', {}, { snapshotId: '' }));
  assert.deepEqual([none.code, none.field], ['invalid_request', 'snapshot_id']);
  const wrong = await refusal(create('sb_1', {}, { imageEnv: { 'A=': '' } }));
  assert.deepEqual([wrong.code, wrong.field], ['invalid_request', 'image_env']);
  assert.equal(
    (await client.listInstances({})).instances.filter(({ sandboxId }) => sandboxId === 'sb_1').length,
    0,
  );
});

test('what was started from a template pauses, goes on and forks when the template is gone', async (t) => {
  const { site, client, create } = await makeTemplate(t);
  await create('sb_1', { env: { OWN: '2' }, cwd: '/app' }, { imageEnv: { APP: 'x' } });
  await client.deleteSnapshot({ snapshotId: 'tsnap_1' });
  await client.pauseInstance({ sandboxId: 'sb_1' });
  const { instance } = await client.createInstance({ sandboxId: 'sb_2', snapshotId: pauseIdOf('sb_1') });
  assert.deepEqual(instance?.spec?.env, { OWN: '2' });
  const { env, imageEnv, cwd } = site.agents.configured.at(-1)!;
  assert.deepEqual([env, imageEnv.APP, cwd], [{ OWN: '2' }, 'x', '']);
  const { results } = await client.forkInstance({ sandboxId: 'sb_2', children: [{ sandboxId: 'sb_3' }] });
  assert.equal(results[0]?.result.case, 'instance');
  assert.equal(site.agents.configured.at(-1)!.imageEnv.APP, 'x');
});
