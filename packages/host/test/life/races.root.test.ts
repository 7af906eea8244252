import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { host as proto } from '@nullspace/proto';
import type { HostClient } from '../../src/client.ts';
import { guestOf } from '../fixtures/guest-commands.ts';
import { type BaseSite, baseOrder, makeBaseSite } from '../fixtures/host-with-base.ts';
import { readMachineState } from '../fixtures/machine-state.ts';
import { until } from '../fixtures/until.ts';

const rounds = process.env.NULLSPACE_TEST_LONG ? 20 : 3;
const { RUNNING, PAUSED, DESTROYED } = proto.State;
let site: BaseSite;
let client: HostClient;

before(async () => {
  site = await makeBaseSite('10.217.0.0/16');
  client = (await site.start()).client;
});

after(async () => await site?.close());

async function stateOf(sandboxId: string): Promise<proto.State | undefined> {
  const found = await client.getInstance({ sandboxId }).catch(() => undefined);
  return found?.instance?.state;
}

/** Ends and forgets everything; nothing is left on the machine then. */
async function clear(): Promise<void> {
  const { instances } = await client.listInstances({});
  for (const { sandboxId } of instances) await client.killInstance({ sandboxId });
  await client.forgetInstances({ sandboxIds: instances.map(({ sandboxId }) => sandboxId) });
  const { snapshots } = await client.listSnapshots({});
  for (const { snapshotId } of snapshots) await client.deleteSnapshot({ snapshotId });
  const host = join(site.dataDir, 'host');
  const isClear = async () => {
    const left = await Promise.all(['instances', 'snapshots'].map((name) => readdir(join(host, name))));
    return left.flat().length === 0 && readMachineState(site.dataDir).processes.length === 0;
  };
  await until(isClear, { everyMs: 50 });
}

/** Calls two things at moments that differ a little more each round; resolves when both have been answered. */
async function collide(round: number, first: () => Promise<unknown>, second: () => Promise<unknown>) {
  const delayMs = (round * 300) / rounds;
  const later = async (act: () => Promise<unknown>) => {
    await sleep(delayMs);
    return await act();
  };
  return await Promise.allSettled([first(), later(second)]);
}

test('a kill during a pause: destroyed, and nothing of the pause stays', async () => {
  for (let round = 0; round < rounds; round += 1) {
    await client.createInstance(baseOrder(site, 'sb_1'));
    const pause = () => client.pauseInstance({ sandboxId: 'sb_1' });
    const [, killed] = await collide(round, pause, () => client.killInstance({ sandboxId: 'sb_1' }));
    assert.equal(killed?.status, 'fulfilled');
    assert.equal(await stateOf('sb_1'), DESTROYED);
    assert.deepEqual((await client.listSnapshots({})).snapshots, []);
    await clear();
  }
});

test('a pause during a pause: one pause, two equal answers', async () => {
  for (let round = 0; round < rounds; round += 1) {
    await client.createInstance(baseOrder(site, 'sb_2'));
    const pause = () => client.pauseInstance({ sandboxId: 'sb_2' });
    const [one, two] = await collide(round, pause, pause);
    assert.deepEqual(one, two);
    assert.equal(await stateOf('sb_2'), PAUSED);
    assert.equal((await client.listSnapshots({})).snapshots.length, 1);
    await clear();
  }
});

test('the end of a paused one during its resume: the copy runs, or was refused', async () => {
  for (let round = 0; round < rounds; round += 1) {
    await client.createInstance(baseOrder(site, 'sb_3'));
    await client.pauseInstance({ sandboxId: 'sb_3' });
    const resume = () => client.createInstance({ sandboxId: 'sb_3_next', snapshotId: 'snap_of_sb_3' });
    const [resumed] = await collide(round, resume, () => client.killInstance({ sandboxId: 'sb_3' }));
    assert.equal(await stateOf('sb_3'), DESTROYED);
    if (resumed?.status === 'fulfilled') {
      const { instance } = await client.getInstance({ sandboxId: 'sb_3_next' });
      assert.equal(await guestOf(instance!).run('echo lives'), 'lives');
    }
    assert.deepEqual((await client.listSnapshots({})).snapshots, []);
    await clear();
  }
});

test('a kill during a resume: destroyed, and the pause stays as it was', async () => {
  for (let round = 0; round < rounds; round += 1) {
    await client.createInstance(baseOrder(site, 'sb_4'));
    await client.pauseInstance({ sandboxId: 'sb_4' });
    const resume = () => client.createInstance({ sandboxId: 'sb_4_next', snapshotId: 'snap_of_sb_4' });
    // Before the create is known there is nothing to kill.
    const kill = () => client.killInstance({ sandboxId: 'sb_4_next' });
    const [, killed] = await collide(round, resume, kill);
    if (killed?.status === 'fulfilled') assert.equal(await stateOf('sb_4_next'), DESTROYED);
    assert.equal(await stateOf('sb_4'), PAUSED);
    const again = await client.createInstance({ sandboxId: 'sb_4_again', snapshotId: 'snap_of_sb_4' });
    assert.equal(again.instance?.state, RUNNING);
    await clear();
  }
});

test('a kill of the source during a fork: it is gone, its children run whole or not at all', async () => {
  for (let round = 0; round < rounds; round += 1) {
    await client.createInstance(baseOrder(site, 'sb_5'));
    const fork = () => client.forkInstance({ sandboxId: 'sb_5', children: [{ sandboxId: 'sb_5_child' }] });
    const [forked] = await collide(round, fork, () => client.killInstance({ sandboxId: 'sb_5' }));
    assert.equal(await stateOf('sb_5'), DESTROYED);
    if (forked?.status === 'fulfilled') {
      const { instance } = await client.getInstance({ sandboxId: 'sb_5_child' });
      assert.equal(await guestOf(instance!).run('echo lives'), 'lives');
    } else {
      assert.equal(await stateOf('sb_5_child'), undefined);
    }
    await clear();
  }
});

test('commands during a pause end whole or say that it is paused; their processes go on', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const { instance } = await client.createInstance(baseOrder(site, 'sb_6'));
    // As the server does, the call is broken off once the pause is known.
    const paused = new AbortController();
    const script = 'echo begun > /root/log; sleep 0.2; echo done >> /root/log; echo whole';
    const run = () => guestOf(instance!).run(script, paused.signal);
    const pause = async () => {
      await client.pauseInstance({ sandboxId: 'sb_6' });
      paused.abort(new Error('it was paused'));
    };
    const [said] = await collide(round, run, pause);
    if (said?.status === 'fulfilled') assert.equal(said.value, 'whole');
    else assert.match(String(said?.reason), /paused/);
    const { instance: next } = await client.createInstance({
      sandboxId: 'sb_6_next',
      snapshotId: 'snap_of_sb_6',
    });
    // What has begun goes on to its end.
    const log = '/root/log';
    await guestOf(next!).run(`[ ! -e ${log} ] || until grep -q done ${log}; do sleep 0.05; done`);
    await clear();
  }
});
