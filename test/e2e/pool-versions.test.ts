import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { ConflictError, NotFoundError, Sandbox, Template, TemplateWarmPool } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { instanceOf, nothingLeft, readyInstances } from '../harness/leftovers.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

const size = { vcpus: 1, memoryMb: 256, diskMb: 1024 };

describe('warm pools of templates that are built', () => {
  let installation: Installation;
  const context = suite();
  before(async () => {
    installation = await startInstallation(context, { settings: { cpu_overcommit: '100' } });
  });
  const connection = () => installation.connection;
  const build = (name: string, word: string) =>
    Template.build(Template.fromTemplate('base').runCmd(`echo ${word} > /word`), name, {
      ...connection(),
      ...size,
    });
  const makePool = async (template: string, ready: number, more: object = {}) => {
    const settings = { template, name: 'pool', minReady: ready, maxReady: ready, ...size, ...more };
    const pool = await TemplateWarmPool.create(settings, connection());
    await pool.waitUntilReady();
    return pool;
  };
  const take = (template: string, pool: TemplateWarmPool, mode: 'prefer' | 'require' | 'bypass', wait = 0) =>
    Sandbox.create({
      ...{ ...connection(), template, ...size, requestTimeoutMs: 300_000 },
      ...{ warmPool: pool.id, warmPoolMode: mode, warmPoolWaitMs: wait },
    });
  /** What a sandbox holds of its build, and whether it was ready before. The sandbox is gone then. */
  const look = async (sandbox: Sandbox) => {
    const word = (await sandbox.files.read('/word')).trim();
    const { warmPoolCheckout } = await sandbox.getInfo();
    await sandbox.kill();
    return { word, hit: warmPoolCheckout?.hit };
  };

  test('follow a tag that moves: every create gets the build of that moment, and what is ready is renewed', async () => {
    await build('moving:stable', 'one');
    const pool = await makePool('moving', 2, { versionPolicy: 'track_tag', trackTag: 'stable' });
    const before = readyInstances(installation);
    assert.deepEqual(await look(await take('moving:stable', pool, 'require')), { word: 'one', hit: true });
    const second = await build('moving:stable', 'two');
    const meanwhile = await Promise.all(
      Array.from({ length: 4 }, async () => look(await take('moving:stable', pool, 'prefer'))),
    );
    assert.ok(meanwhile.every(({ word }) => word === 'two'));
    await until(async () => (await pool.getInfo()).resolvedTemplateBuildId === second.id, 'it is followed');
    await until(
      () => {
        const now = readyInstances(installation);
        return now.length === 2 && now.every((id) => !before.includes(id));
      },
      'all are renewed',
      120_000,
    );
    for (let round = 0; round < 2; round++) {
      const taken = await look(await take('moving:stable', pool, 'require', 120_000));
      assert.deepEqual(taken, { word: 'two', hit: true });
    }
    await assert.rejects(Template.delete('moving', connection()), ConflictError);
    await pool.delete();
    await Template.delete('moving', connection());
    await until(() => nothingLeft(installation), 'nothing is left');
  });

  test('that are pinned stay with their build, which a create then has to ask for', async () => {
    const first = await build('pinned', 'one');
    const pool = await makePool('pinned', 2);
    const ready = readyInstances(installation);
    await build('pinned', 'two');
    assert.equal((await pool.getInfo()).resolvedTemplateBuildId, first.id);
    assert.deepEqual(await look(await take('pinned', pool, 'prefer')), { word: 'two', hit: false });
    await assert.rejects(take('pinned', pool, 'require'), ConflictError);
    assert.deepEqual(readyInstances(installation), ready);
    const asked = await take(`pinned:${first.id}`, pool, 'require');
    assert.ok(ready.includes(instanceOf(installation, asked.id)!));
    assert.deepEqual(await look(asked), { word: 'one', hit: true });
    await pool.delete();
    await Template.delete('pinned', connection());
  });

  test('of a template with a service give it out running, to each its own', async () => {
    const template = Template.fromTemplate('base').setStartCmd(
      'echo started >> /starts; exec python3 -m http.server 8000 --directory /srv',
      { kind: 'http', port: 8000, path: '/' },
    );
    await Template.build(template, 'served', { ...connection(), ...size });
    const pool = await makePool('served', 3);
    const ready = readyInstances(installation);
    const sandboxes = await Promise.all(
      Array.from({ length: 6 }, () => take('served', pool, 'require', 120_000)),
    );
    const instances = sandboxes.map(({ id }) => instanceOf(installation, id)!);
    assert.equal(new Set(instances).size, 6);
    assert.ok(ready.every((id) => instances.includes(id)));
    const script =
      'echo $HOSTNAME > /srv/mine; curl -sf http://127.0.0.1:8000/mine; cat /starts; cat /etc/machine-id';
    const told = await Promise.all(
      sandboxes.map(async (sandbox) => {
        const { stdout } = await sandbox.commands.run(script, {
          shell: true,
          envs: { HOSTNAME: sandbox.id },
        });
        const [mine, starts, machineId] = stdout.split('\n');
        assert.deepEqual([mine, starts], [sandbox.id, 'started']);
        return machineId;
      }),
    );
    assert.equal(new Set(told).size, 6);
    await Promise.all(sandboxes.map((sandbox) => sandbox.kill()));
    await pool.waitUntilReady();
    await pool.delete();
    await Template.delete('served', connection());
    await until(() => nothingLeft(installation), 'nothing is left');
  });

  test('are left alone by creates that go round them, however many come at once', async () => {
    const pool = await makePool('base', 2);
    const ready = readyInstances(installation);
    const made = await Promise.all(Array.from({ length: 10 }, () => take('base', pool, 'bypass')));
    assert.deepEqual(readyInstances(installation), ready);
    const instances = made.map(({ id }) => instanceOf(installation, id)!);
    assert.ok(instances.every((id) => !ready.includes(id)));
    for (const sandbox of made) assert.equal((await sandbox.getInfo()).warmPoolCheckout?.source, 'bypassed');
    await Promise.all(made.map((sandbox) => sandbox.kill()));
    assert.equal((await pool.getInfo()).status.ready, 2);
    await pool.delete();
  });

  test('of somebody else end with the template, and say why', async () => {
    await build('shared', 'mine');
    await Template.setVisibility('shared', 'public', connection());
    const { namespaceSlug } = await Template.get('shared', connection());
    const other = { ...connection(), apiKey: installation.createKey('other') };
    const ref = `${namespaceSlug}/shared`;
    const settings = { template: ref, name: 'theirs', minReady: 1, maxReady: 1, ...size };
    const pool = await TemplateWarmPool.create(settings, other);
    await pool.waitUntilReady();
    await Template.delete('shared', connection());
    await until(() => nothingLeft(installation), 'what was ready is ended');
    assert.equal((await pool.getInfo()).degradedReason, 'template_build_unavailable');
    await assert.rejects(
      Sandbox.create({ ...other, template: ref, ...size, warmPool: pool.id, warmPoolMode: 'prefer' }),
      NotFoundError,
    );
    await pool.delete();
  });
});
