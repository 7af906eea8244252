import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { it, type TestContext } from 'node:test';
import { createServicesGroup } from '../../src/cgroups/services.ts';

const unified = existsSync('/sys/fs/cgroup/cgroup.controllers');

function startGroup(test: TestContext) {
  const installation = `test-${randomBytes(3).toString('hex')}`;
  const group = createServicesGroup({ installation });
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  test.after(async () => {
    child.kill('SIGKILL');
    await group.remove();
  });
  const folder = `/sys/fs/cgroup/${unified ? '' : 'cpu/'}nullspace-${installation}-services`;
  return {
    group,
    folder,
    pid: child.pid!,
    members: () => readFileSync(`${folder}/cgroup.procs`, 'utf8').trim(),
  };
}

it('gives services ten times the weight of one process, and takes it from their work', async (test) => {
  const { group, folder, pid, members } = startGroup(test);
  await group.join(pid);
  await group.join(pid);
  assert.equal(members(), String(pid));
  const weight = readFileSync(`${folder}/${unified ? 'cpu.weight' : 'cpu.shares'}`, 'utf8').trim();
  assert.equal(weight, unified ? '1000' : '10240');
  await group.leave(pid);
  assert.equal(members(), '');
});

it('lets what is in it go on when it is removed', async (test) => {
  const { group, folder, pid } = startGroup(test);
  await group.join(pid);
  await group.remove();
  assert.ok(!existsSync(folder));
  process.kill(pid, 0);
  await group.remove();
  await group.leave(pid);
});

it('refuses a process that does not exist', async (test) => {
  const { group } = startGroup(test);
  await assert.rejects(group.join(4_194_303), { code: 'ESRCH' });
});

it('is removed while what was in it is ending', async (test) => {
  for (let round = 0; round < 20; round++) {
    const { group, folder, pid } = startGroup(test);
    await group.join(pid);
    process.kill(pid, 'SIGKILL');
    await group.remove();
    assert.ok(!existsSync(folder));
  }
});
