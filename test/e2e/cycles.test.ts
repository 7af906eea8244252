import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { startInstallation } from '../harness/installation.ts';
import { nothingLeft } from '../harness/leftovers.ts';
import { memoryOf } from '../harness/memory-of.ts';
import { until } from '../harness/until.ts';

const cycles = 200;
const atOnce = 8;

describe('two hundred sandboxes, eight at a time', () => {
  test('leave no memory, descriptor, slot or disk behind', async (context) => {
    const installation = await startInstallation(context);
    const connection = installation.connection;
    await runCycles(40, connection);
    const { host, server } = installation;
    await until(() => nothingLeft(installation), 'the warm-up is cleaned up');
    const before = {
      host: openDescriptors(host.pid),
      server: openDescriptors(server.pid),
      rss: residentMb(host.pid) + residentMb(server.pid),
    };
    await runCycles(cycles - 40, connection);
    await until(() => nothingLeft(installation), 'all is cleaned up');
    await until(() => openDescriptors(host.pid) <= before.host + 8, 'host descriptors are back');
    await until(() => openDescriptors(server.pid) <= before.server + 8, 'server descriptors are back');
    const rss = residentMb(host.pid) + residentMb(server.pid);
    assert.ok(rss < before.rss + 80, `resident memory grew from ${before.rss} to ${rss} MB`);
  });
});

async function runCycles(count: number, connection: { apiKey: string; baseUrl: string }): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left-- > 0) {
      const sandbox = await Sandbox.create(connection);
      assert.equal((await sandbox.commands.run('echo', { args: ['ready'] })).stdout, 'ready\n');
      await sandbox.kill();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function residentMb(pid: number): number {
  return Math.round(memoryOf(pid) / 1024 / 1024);
}
