import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { detectCgroups } from '../../src/cgroups/detect.ts';

/** Control files as a kernel makes them in a group. */
const FILES = {
  'cgroup.procs': '12\n34\n',
  'cgroup.subtree_control': '\n',
  'cpu.max': 'max 100000\n',
  'cpu.stat': 'usage_usec 1500\nuser_usec 1000\n',
  'cpu.weight': '100\n',
  'cpuset.cpus': '\n',
  'memory.current': '5000\n',
  'memory.events': 'low 0\noom 2\noom_kill 1\n',
  'memory.max': 'max\n',
  'memory.stat': 'anon 1\ninactive_file 2000\n',
  'memory.swap.max': 'max\n',
  'pids.current': '7\n',
  'pids.max': 'max\n',
};

async function createTree(test: TestContext): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'nullspace-cgroup2-'));
  test.after(async () => await rm(root, { recursive: true }));
  for (const folder of ['', 'nullspace-t', 'nullspace-t/one']) {
    await mkdir(join(root, folder), { recursive: true });
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(root, folder, name), text);
  }
  await writeFile(join(root, 'cgroup.controllers'), 'cpuset cpu io memory pids\n');
  await writeFile(join(root, 'cgroup.subtree_control'), 'cpu memory\n');
  return root;
}

it('enables the controllers that are missing, in the root and in the parent', async (test) => {
  const root = await createTree(test);
  const cgroups = detectCgroups({ name: 'nullspace-t', root });
  assert.equal(cgroups.version, 2);
  await cgroups.setUp();
  const enabled = async (folder: string) =>
    (await readFile(join(root, folder, 'cgroup.subtree_control'), 'latin1')).trim();
  assert.match(await enabled(''), /^\+cpuset \+pids/);
  assert.match(await enabled('nullspace-t'), /^\+memory \+cpu \+cpuset \+pids/);
  assert.deepEqual(await cgroups.list(), ['one']);
});

it('sets limits and reads usage, kills and processes', async (test) => {
  const root = await createTree(test);
  const group = detectCgroups({ name: 'nullspace-t', root }).group('one');
  assert.equal(group.path, '/nullspace-t/one');
  await group.create({ memoryBytes: 1 << 28, cpus: 1.5, weight: 2, tasks: 99, processors: '0-1' });
  const read = async (name: string) => await readFile(join(root, 'nullspace-t/one', name), 'latin1');
  assert.match(await read('memory.max'), /^268435456/);
  assert.match(await read('cpu.max'), /^150000 100000/);
  assert.match(await read('cpu.weight'), /^200/);
  assert.match(await read('pids.max'), /^99/);
  assert.match(await read('cpuset.cpus'), /^0-1/);
  assert.match(await read('memory.swap.max'), /^0/);
  assert.deepEqual(await group.usage(), { cpuUsec: 1500, memoryBytes: 3000, processes: 7 });
  assert.equal(await group.outOfMemoryKills(), 1);
  assert.deepEqual(await group.processes(), [12, 34]);
  assert.equal(await group.tasks(), 7);
});

it('has memory freed before its limit falls below what is in use', async (test) => {
  const root = await createTree(test);
  const reclaim = join(root, 'nullspace-t/one/memory.reclaim');
  await writeFile(reclaim, '');
  const group = detectCgroups({ name: 'nullspace-t', root }).group('one');
  await group.update({ memoryBytes: 6000 });
  assert.equal(await readFile(reclaim, 'latin1'), '');
  await group.update({ memoryBytes: 1000 });
  assert.equal(await readFile(reclaim, 'latin1'), '4000');
  assert.match(await readFile(join(root, 'nullspace-t/one/memory.max'), 'latin1'), /^1000/);
});

it('takes a group that is not there for an empty one', async (test) => {
  const root = await createTree(test);
  const group = detectCgroups({ name: 'nullspace-t', root }).group('none');
  assert.equal(await group.usage(), undefined);
  assert.deepEqual(await group.processes(), []);
  assert.equal(await group.outOfMemoryKills(), 0);
  await group.remove();
});
