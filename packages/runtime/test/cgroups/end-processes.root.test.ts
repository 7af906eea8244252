import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { it } from 'node:test';
import { detectCgroups, readProcessors } from '../../src/cgroups/detect.ts';
import { endProcesses } from '../../src/cgroups/end-processes.ts';

const SLEEPERS = 450;

it('ends more processes than one batch takes, and those that start others meanwhile', {
  timeout: 120_000,
}, async (test) => {
  const cgroups = detectCgroups({ name: `nullspace-${randomBytes(3).toString('hex')}` });
  await cgroups.setUp();
  const group = cgroups.group('many');
  await group.create({
    memoryBytes: 1 << 30,
    cpus: 2,
    weight: 1,
    tasks: 1000,
    processors: readProcessors(),
  });
  test.after(async () => {
    await endProcesses(group);
    await group.remove();
    await cgroups.remove();
  });
  const folder = cgroups.version === 1 ? '/sys/fs/cgroup/pids' : '/sys/fs/cgroup';
  const script = `echo $$ > ${folder}${group.path}/cgroup.procs
for i in $(seq ${SLEEPERS}); do sleep 1000 & done
echo ready
while :; do sleep 1000 & wait $!; done`;
  const shell = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const exited = once(shell, 'exit');
  await once(shell.stdout, 'data');
  assert.ok((await group.tasks()) > SLEEPERS);
  await endProcesses(group, { last: [shell.pid!] });
  assert.deepEqual(await group.processes(), []);
  await exited;
});
