import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Sandbox } from 'nullspace';
import { startInstallation } from '../harness/installation.ts';
import { until } from '../harness/until.ts';

// Slow enough for the guard to see it coming on a busy machine.
const eater = 'import time\ndata = []\nwhile True: data.append(bytearray(4 << 20)); time.sleep(0.02)';

test('a command that the memory guard of its sandbox ended is counted, and named in the log of the host', async (t) => {
  const installation = await startInstallation(t);
  const sandbox = await Sandbox.create({ ...installation.connection, memoryMb: 512 });
  // What is written to the disk is no memory.
  const written = await sandbox.commands.run('head -c 700M /dev/zero > /workspace/large', { shell: true });
  assert.equal(written.exitCode, 0);
  const result = await sandbox.commands.run('python3', { args: ['-c', eater], timeoutSecs: 100 });
  assert.equal(result.killedBy, 'memory');

  await until(async () => {
    const text = await (await fetch(installation.metricsUrl)).text();
    return text.includes('nullspace_guard_kills_total{guard="memory"} 1');
  }, 'the kill is counted');
  const lines = readFileSync(join(installation.dataDir, 'host.log'), 'utf8').split('\n');
  const line = lines.find((text) => text.includes('a guard ended a command'));
  assert.ok(line?.includes(sandbox.id), line);
  assert.equal((await sandbox.commands.run('true')).exitCode, 0);
  await sandbox.kill();
});
