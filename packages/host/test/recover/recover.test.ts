import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { paths as findPaths } from '@nullspace/configuration';
import { host as proto } from '@nullspace/proto';
import { makeSite, order } from '../fixtures/open-test-host.ts';
import { until } from '../fixtures/until.ts';

test('after a restart running instances go on and the others have an end with a reason', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  for (const id of ['sb_runs', 'sb_died', 'sb_late', 'sb_ended'])
    await first.client.createInstance(order(id));
  await first.client.setDeadline({ sandboxId: 'sb_late', deadlineUnixMs: BigInt(Date.now() + 1_000_000) });
  await first.client.killInstance({ sandboxId: 'sb_ended', reason: '' });
  await until(() => first.context.registry.get('sb_ended').published?.clean);
  const before = await first.client.getInstance({ sandboxId: 'sb_runs' });
  site.agents.onListen = () => new Promise(() => {});
  void first.client.createInstance(order('sb_half')).catch(() => {});
  await until(() => site.machine.running.size === 4);
  await first.crash();

  const { instancesDir } = findPaths(site.settings);
  const idOf = (sandboxId: string) => first.context.registry.get(sandboxId).id;
  site.machine.end(idOf('sb_died'), { cause: 'crash', message: '' });
  const lateJournal = join(instancesDir, idOf('sb_late'), 'journal.json');
  const late = JSON.parse(await readFile(lateJournal, 'utf8'));
  await writeFile(lateJournal, JSON.stringify({ ...late, deadline_unix_ms: Date.now() - 5000 }));
  await mkdir(join(instancesDir, 'i0123456789abcdef'));
  const known = site.machine.starts[0]!;
  await site.machine.addStray({ ...known, id: 'ighost', slot: { ...known.slot, index: 77 } });

  const second = await site.open();
  assert.deepEqual(await second.client.getInstance({ sandboxId: 'sb_runs' }), before);
  const end = async (sandboxId: string) => {
    await until(() => second.context.registry.get(sandboxId).published?.clean);
    const { instance } = await second.client.getInstance({ sandboxId });
    return [instance?.state, instance?.reason];
  };
  assert.deepEqual(await end('sb_died'), [proto.State.ERROR, 'guest_crash']);
  assert.deepEqual(await end('sb_half'), [proto.State.ERROR, 'host_lost']);
  assert.deepEqual(await end('sb_late'), [proto.State.DESTROYED, 'timeout']);
  assert.deepEqual(await end('sb_ended'), [proto.State.DESTROYED, 'manual']);
  assert.deepEqual([...site.machine.running], [idOf('sb_runs')]);
  assert.equal(site.machine.slots.size, 1);
  assert.deepEqual(second.context.reservations.used, { instances: 1, vcpus: 1, memoryMb: 512 });
  assert.equal((await readdir(instancesDir)).length, 5);
  await second.client.killInstance({ sandboxId: 'sb_runs', reason: '' });
  assert.deepEqual(await end('sb_runs'), [proto.State.DESTROYED, 'manual']);
  assert.equal(site.machine.slots.size, 0);
});

test('after a restart of the machine instances are lost', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  await first.client.createInstance(order('sb_1'));
  await first.crash();
  site.machine.reboot();
  const second = await site.open({ machine: { bootId: 'next boot' } });
  await until(() => second.context.registry.get('sb_1').published?.clean);
  const { instance } = await second.client.getInstance({ sandboxId: 'sb_1' });
  assert.equal(instance?.reason, 'host_lost');
});

for (const [name, content, known] of [
  ['of which the sandbox is readable', (text: string) => text.replace('"vcpus":1', '"vcpus":"x"'), true],
  ['cut in the middle', (text: string) => text.slice(0, 100), false],
  ['that is empty', () => '', false],
] as const) {
  test(`a journal ${name} ends its instance and holds up nothing`, async (t) => {
    const site = await makeSite(t);
    const first = await site.open();
    await first.client.createInstance(order('sb_1'));
    await first.client.createInstance(order('sb_2'));
    const { folder } = first.context.registry.get('sb_1');
    await first.crash();
    const path = join(folder, 'journal.json');
    await writeFile(path, content(await readFile(path, 'utf8')));
    const second = await site.open();
    await until(() => site.machine.running.size === 1 && site.machine.slots.size === 1);
    const found = second.context.registry.find('sb_1');
    assert.equal(found?.published?.reason, known ? 'host_lost' : undefined);
    assert.equal(
      (await second.client.getInstance({ sandboxId: 'sb_2' })).instance?.state,
      proto.State.RUNNING,
    );
  });
}

test('a journal that was about to take its name is the one that counts', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  await first.client.createInstance(order('sb_1'));
  const { folder } = first.context.registry.get('sb_1');
  await first.crash();
  const path = join(folder, 'journal.json');
  await rename(path, `${path}.new`);
  const second = await site.open();
  const { instance } = await second.client.getInstance({ sandboxId: 'sb_1' });
  assert.equal(instance?.state, proto.State.RUNNING);
  assert.deepEqual(await readdir(folder), ['journal.json']);
});

test('a journal that was being written when another stood does not count', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  await first.client.createInstance(order('sb_1'));
  const { folder } = first.context.registry.get('sb_1');
  await first.crash();
  await writeFile(join(folder, 'journal.json.new'), '{');
  const second = await site.open();
  const { instance } = await second.client.getInstance({ sandboxId: 'sb_1' });
  assert.equal(instance?.state, proto.State.RUNNING);
});

test('a journal of a later version stops the start and changes nothing', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  await first.client.createInstance(order('sb_1'));
  const { folder } = first.context.registry.get('sb_1');
  await first.crash();
  const path = join(folder, 'journal.json');
  const record = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...record, version: 4 }));
  await assert.rejects(site.open(), /later version of Nullspace/);
  assert.equal(site.machine.running.size, 1);
});

test('cleaning goes on after a restart', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  await first.client.createInstance(order('sb_1'));
  site.machine.onStep = (step) => {
    if (step === 'kill') throw new Error('busy');
  };
  await first.client.killInstance({ sandboxId: 'sb_1', reason: '' });
  await first.client.forgetInstances({ sandboxIds: ['sb_1'] });
  await first.crash();
  site.machine.onStep = () => {};
  const second = await site.open();
  await until(() => second.context.registry.all().length === 0);
  assert.equal(site.machine.running.size, 0);
  assert.equal(site.machine.slots.size, 0);
});
