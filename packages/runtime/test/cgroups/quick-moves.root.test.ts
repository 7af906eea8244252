import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { HIERARCHY, makeMovesQuick } from '../../src/cgroups/quick-moves.ts';
import { createCgroupsV1 } from '../../src/cgroups/v1.ts';

const pids = '/sys/fs/cgroup/pids';
const skip = existsSync(`${pids}/cgroup.procs`) ? false : 'needs control groups of version 1';

const lines = (file: string) => readFileSync(file, 'latin1').split('\n');
const isHeld = (name: string) => lines('/proc/self/cgroup').some((line) => line.includes(`:name=${name}:`));
const isMounted = (name: string) => lines('/proc/self/mounts').some((line) => line.includes(`name=${name}`));

/** Group of this process in a hierarchy. */
function ownGroup(controller: string): string {
  const line = lines('/proc/self/cgroup').find((each) => each.split(':')[1] === controller);
  return `/sys/fs/cgroup/${controller}${line?.split(':')[2]}`.replace(/\/$/, '');
}

/** Milliseconds that each of some moves of this process to another group takes, each long after the one before. */
async function timeMoves(): Promise<number[]> {
  const own = ownGroup('pids');
  const other = `${own}/nullspace-quick-moves-${process.pid}`;
  mkdirSync(other);
  const move = (to: string) => writeFileSync(`${to}/cgroup.procs`, String(process.pid), { flag: 'r+' });
  const taken: number[] = [];
  try {
    for (let round = 0; round < 20; round++) {
      await sleep(60);
      const from = performance.now();
      move(other);
      taken.push(performance.now() - from);
      move(own);
    }
  } finally {
    rmdirSync(other);
  }
  return taken;
}

// On a busy machine any one move may take long; without the option all take a grace period, 5 ms and more.
test('a move takes no grace period of the kernel', { skip }, async () => {
  using quick = await makeMovesQuick();
  assert.ok(quick);
  const taken = await timeMoves();
  assert.ok(
    taken.some((ms) => ms < 2),
    `${taken} ms`,
  );
});

test('the kernel is asked as long as anyone holds it, by nothing that is mounted', { skip }, async () => {
  const name = `moves-${process.pid}`;
  const [first, second] = [await makeMovesQuick(name), await makeMovesQuick(name)];
  first![Symbol.dispose]();
  assert.ok(isHeld(name));
  assert.ok(!isMounted(name));
  second![Symbol.dispose]();
  // The kernel takes it down a moment later.
  const givenUpAt = Date.now() + 60_000;
  while (isHeld(name)) {
    assert.ok(Date.now() < givenUpAt, 'it is still there');
    await sleep(50);
  }
});

test('groups of version 1 hold it from their making to their removal', { skip }, async () => {
  const name = `nullspace-moves-${process.pid}`;
  const groups = createCgroupsV1({ root: '/sys/fs/cgroup', name, processors: '0' });
  await groups.setUp();
  try {
    await groups.setUp();
    assert.ok(isHeld(HIERARCHY));
  } finally {
    await groups.remove();
  }
});
