import assert from 'node:assert/strict';
import { test } from 'node:test';
import { host as proto } from '@nullspace/proto';
import { makeSite, type OpenedHost, order } from '../fixtures/open-test-host.ts';
import { until } from '../fixtures/until.ts';

const { PAUSE, DESTROY } = proto.DeadlineAction;
const { PAUSED, RUNNING, DESTROYED } = proto.State;

async function stateOf({ client }: OpenedHost, sandboxId: string) {
  const { instance } = await client.getInstance({ sandboxId });
  return instance?.state;
}

test('a deadline pauses, also one that passed while the host was away', async (t) => {
  const site = await makeSite(t);
  const first = await site.open();
  await first.client.createInstance({ ...order('sb_1', {}, 20), deadlineAction: PAUSE });
  await until(async () => (await stateOf(first, 'sb_1')) === PAUSED);
  const { instance } = await first.client.getInstance({ sandboxId: 'sb_1' });
  assert.deepEqual([instance?.reason, instance?.remainingMs], ['timeout', 0n]);

  await first.client.createInstance({ ...order('sb_2', {}, 200), deadlineAction: PAUSE });
  await first.crash();
  const passed = Date.now() + 250;
  await until(() => Date.now() > passed);
  const second = await site.open();
  await until(async () => (await stateOf(second, 'sb_2')) === PAUSED);
  assert.equal(await stateOf(second, 'sb_1'), PAUSED);
});

test('the action can be changed with the deadline, and stays when none is named', async (t) => {
  const site = await makeSite(t);
  const host = await site.open();
  await host.client.createInstance(order('sb_1', {}, 60_000));
  const later = { sandboxId: 'sb_1', deadlineUnixMs: BigInt(Date.now() + 90_000) };
  const changed = await host.client.setDeadline({ ...later, deadlineAction: PAUSE });
  assert.equal(changed.instance?.deadlineAction, PAUSE);
  const past = BigInt(Date.now() - 1);
  const kept = await host.client.setDeadline({ ...later, deadlineUnixMs: past });
  assert.equal(kept.instance?.deadlineAction, PAUSE);
  await until(async () => (await stateOf(host, 'sb_1')) === PAUSED);

  await host.client.createInstance({ ...order('sb_2', {}, 60_000), deadlineAction: PAUSE });
  await host.client.setDeadline({ sandboxId: 'sb_2', deadlineUnixMs: past, deadlineAction: DESTROY });
  await until(async () => (await stateOf(host, 'sb_2')) === DESTROYED);
});

test('a pause that fails at the deadline is tried again, and the sandbox runs meanwhile', async (t) => {
  const site = await makeSite(t);
  let failures = 0;
  site.machine.onStep = (step) => {
    if (step !== 'save' || failures === 3) return;
    failures += 1;
    throw new Error('no');
  };
  const host = await site.open({ timing: { pauseRetryMs: 1, pauseRetryMostMs: 4 } });
  await host.client.createInstance({ ...order('sb_1', {}, 10), deadlineAction: PAUSE });
  await until(async () => (await stateOf(host, 'sb_1')) === PAUSED);
  assert.equal(failures, 3);
});

test('a deadline that was moved while an operation had its turn pauses nothing', async (t) => {
  const site = await makeSite(t);
  const host = await site.open();
  const saving = Promise.withResolvers<void>();
  await host.client.createInstance({ ...order('sb_1'), deadlineAction: PAUSE });
  site.machine.onStep = (step) => (step === 'save' ? saving.promise : undefined);
  const snapshot = host.client.saveSnapshot({ sandboxId: 'sb_1', snapshotId: 'snap_1' });
  const at = (ms: number) => ({ sandboxId: 'sb_1', deadlineUnixMs: BigInt(Date.now() + ms) });
  const both = [host.client.setDeadline(at(-1)), host.client.setDeadline(at(60_000))];
  saving.resolve();
  await Promise.all([snapshot, ...both]);
  await host.context.registry.get('sb_1').operations.idle();
  assert.equal(await stateOf(host, 'sb_1'), RUNNING);
});

test('a deadline that comes while a pause is under way destroys nothing', async (t) => {
  const site = await makeSite(t);
  const host = await site.open();
  await host.client.createInstance(order('sb_1', {}, 30));
  const saving = Promise.withResolvers<void>();
  site.machine.onStep = (step) => (step === 'save' ? saving.promise : undefined);
  const pausing = host.client.pauseInstance({ sandboxId: 'sb_1' });
  await until(() => host.context.deadlines.size === 0);
  saving.resolve();
  assert.equal((await pausing).instance?.state, PAUSED);
});
