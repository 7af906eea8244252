import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { paths as findPaths } from '@nullspace/configuration';
import { host as proto } from '@nullspace/proto';
import { makeSite, type OpenedHost, order, pauseIdOf, type TestSite } from '../fixtures/open-test-host.ts';
import { until } from '../fixtures/until.ts';

const { PAUSED, RUNNING, ERROR, DESTROYED } = proto.State;

/** Pauses a sandbox and puts its journal back to what it was before, as if the host had died just before it. */
async function pauseWithoutJournal(host: OpenedHost, sandboxId: string): Promise<void> {
  const { folder } = host.context.registry.get(sandboxId);
  const journal = await readFile(join(folder, 'journal.json'));
  await host.client.pauseInstance({ sandboxId });
  await until(() => host.context.registry.get(sandboxId).published?.clean);
  await host.crash();
  await writeFile(join(folder, 'journal.json'), journal);
}

const folders = (site: TestSite) => readdir(findPaths(site.settings).snapshotsDir);

test('a pause that was on disk when the machine went down is a pause', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  await first.client.createInstance(order('sb_1', {}, 60_000));
  await pauseWithoutJournal(first, 'sb_1');
  const second = await site.open({ machine: { bootId: 'next boot' } });
  const { instance } = await second.client.getInstance({ sandboxId: 'sb_1' });
  assert.deepEqual([instance?.state, instance?.reason], [PAUSED, 'manual']);
  assert.ok(instance && instance.remainingMs > 0n);
  const resumed = await second.client.createInstance({ sandboxId: 'sb_2', snapshotId: pauseIdOf('sb_1') });
  assert.equal(resumed.instance?.state, RUNNING);
});

test('paused ones survive restarts of host and machine; one whose snapshot is gone ends with a reason', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  for (const id of ['sb_1', 'sb_2']) {
    await first.client.createInstance(order(id));
    await first.client.pauseInstance({ sandboxId: id });
    await until(() => first.context.registry.get(id).published?.clean);
  }
  const { instance: before } = await first.client.getInstance({ sandboxId: 'sb_1' });
  await first.crash();
  await rm(first.context.snapshots.folderOf(pauseIdOf('sb_2')), { recursive: true });
  const second = await site.open({ machine: { bootId: 'next boot' } });
  assert.deepEqual((await second.client.getInstance({ sandboxId: 'sb_1' })).instance, before);
  const lost = await second.client.getInstance({ sandboxId: 'sb_2' });
  assert.deepEqual([lost.instance?.state, lost.instance?.reason], [ERROR, 'host_lost']);
  assert.deepEqual(await folders(site), [pauseIdOf('sb_1')]);
});

test('what belongs to nothing goes, and an instance that stands still goes on', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  const { instance } = await first.client.createInstance(order('sb_1'));
  await first.client.saveSnapshot({ sandboxId: 'sb_1', snapshotId: 'snap_kept' });
  const { snapshots } = first.context;
  const kept = snapshots.find('snap_kept')!;
  await first.crash();
  const leave = async (id: string, change: object) => {
    await mkdir(join(snapshots.folderOf(id), 'files.partial'), { recursive: true });
    const record = { ...kept, snapshot_id: id, ...change };
    await writeFile(join(snapshots.folderOf(id), 'record.json'), JSON.stringify(record));
  };
  await leave(pauseIdOf('sb_1'), { purpose: 'pause', complete: false });
  await leave('snap_complete', { purpose: 'pause', complete: true });
  await leave('fork_1', { purpose: 'fork', complete: true });
  await leave('snap_of_unknown', { complete: false, instance_id: 'i0000000000000000' });
  await mkdir(snapshots.folderOf('snap_empty'));
  const content = site.machine.content(instance!.instanceId);
  content.frozen = true;
  site.agents.frozen.add(instance!.agentAddress);

  const second = await site.open();
  assert.deepEqual(await folders(site), ['snap_kept']);
  assert.equal(content.frozen, false);
  assert.equal(site.agents.frozen.size, 0);
  assert.deepEqual((await second.client.getInstance({ sandboxId: 'sb_1' })).instance, instance);
});

test('a pause at a deadline that was cut off begins anew once nothing of it is left', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  const deadlineAction = proto.DeadlineAction.PAUSE;
  await first.client.createInstance({ ...order('sb_1', {}, 60_000), deadlineAction });
  const { id, folder } = first.context.registry.get('sb_1');
  await first.client.saveSnapshot({ sandboxId: 'sb_1', snapshotId: 'snap_other' });
  const { snapshots } = first.context;
  const other = snapshots.find('snap_other')!;
  await first.crash();
  const journal = join(folder, 'journal.json');
  const record = JSON.parse(await readFile(journal, 'utf8'));
  await writeFile(journal, JSON.stringify({ ...record, deadline_unix_ms: Date.now() - 1 }));
  await mkdir(snapshots.folderOf(pauseIdOf('sb_1')));
  const cutOff = { ...other, snapshot_id: pauseIdOf('sb_1'), purpose: 'pause', complete: false };
  await writeFile(join(snapshots.folderOf(pauseIdOf('sb_1')), 'record.json'), JSON.stringify(cutOff));
  const seen: string[] = [];
  site.machine.onStep = async (step) => {
    seen.push(step);
    // Slow enough for a pause to come in between.
    if (step === 'thaw') await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const second = await site.open();
  await until(() => second.context.registry.get('sb_1').published?.state === 'paused');
  assert.deepEqual(seen.slice(0, 3), ['adopt', 'thaw', 'save']);
  const files = second.context.snapshots.filesOf(pauseIdOf('sb_1'));
  await second.context.engine.inspectSnapshot(files, { verify: true });
  assert.equal(second.context.snapshots.find(pauseIdOf('sb_1'))?.instance_id, id);
});

test('the snapshot of a pause goes with a sandbox that ended all the same', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  await first.client.createInstance(order('sb_1'));
  await first.client.pauseInstance({ sandboxId: 'sb_1' });
  const { folder } = first.context.registry.get('sb_1');
  await until(() => first.context.registry.get('sb_1').published?.clean);
  await first.crash();
  const path = join(folder, 'journal.json');
  const record = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...record, state: 'destroyed', pause_snapshot: null }));
  const second = await site.open();
  assert.equal((await second.client.getInstance({ sandboxId: 'sb_1' })).instance?.state, DESTROYED);
  assert.deepEqual(await folders(site), []);
});

test('a journal of the first version is read', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  await first.client.createInstance(order('sb_1'));
  const { folder } = first.context.registry.get('sb_1');
  await first.crash();
  const path = join(folder, 'journal.json');
  const {
    revision: _,
    deadline_action: __,
    pause_snapshot_id: ___,
    from_snapshot_id: ____,
    pause_snapshot: _____,
    remaining_ms: ______,
    refusal: _______,
    ...record
  } = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ ...record, version: 1 }));
  const second = await site.open();
  assert.equal((await second.client.getInstance({ sandboxId: 'sb_1' })).instance?.state, RUNNING);
});

test('each change has a higher revision than the last, also after a journal was lost', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  const { instance: made } = await first.client.createInstance(order('sb_1', {}, 60_000));
  const deadlineUnixMs = BigInt(Date.now() + 90_000);
  const { instance: moved } = await first.client.setDeadline({ sandboxId: 'sb_1', deadlineUnixMs });
  assert.ok(moved!.revision > made!.revision);
  const { folder } = first.context.registry.get('sb_1');
  await first.crash();
  const path = join(folder, 'journal.json');
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace('"vcpus":1', '"vcpus":"x"'));
  const second = await site.open();
  const { instance: lost } = await second.client.getInstance({ sandboxId: 'sb_1' });
  assert.equal(lost?.reason, 'host_lost');
  assert.ok(lost!.revision > moved!.revision);
});
