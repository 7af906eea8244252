import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { it } from 'node:test';
import { removeGroup, writeControl } from '../../src/cgroups/files.ts';

it('ends what is left in a group and removes it with the groups below', async () => {
  const root = existsSync('/sys/fs/cgroup/pids') ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup';
  const folder = `${root}/nullspace-test-${randomBytes(3).toString('hex')}`;
  await mkdir(`${folder}/below`, { recursive: true });
  const left = spawn('sleep', ['600'], { stdio: 'ignore' });
  const ended = once(left, 'exit');
  writeControl(`${folder}/below/cgroup.procs`, left.pid ?? 0);
  await removeGroup(folder);
  assert.deepEqual(await ended, [null, 'SIGKILL']);
  assert.ok(!existsSync(folder));
  await removeGroup(folder);
});
