import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Sandbox } from 'nullspace';
import { startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

const PROCESSES = 500;
const AT_ONCE = 16;
const [FOLDERS, FILES] = [200, 100];

/** Calls `work` for each number, so many at the same time. */
async function forEach(count: number, work: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

describe('much at once in one sandbox', () => {
  let sandbox: Sandbox;
  const context = suite();
  before(async () => {
    const { connection } = await startInstallation(context);
    sandbox = await Sandbox.create({ ...connection, memoryMb: 1024 });
    context.after(() => sandbox.kill());
  });

  test(`${PROCESSES} processes run, are told apart and end together`, async (t) => {
    const pids: number[] = [];
    await forEach(PROCESSES, async (number) => {
      const script = `echo number ${number}; exec sleep 7777`;
      const { pid } = await sandbox.commands.run(script, { shell: true, background: true });
      pids[number] = pid;
    });
    assert.equal(new Set(pids).size, PROCESSES);
    const running = async () => (await sandbox.commands.list()).filter((process) => process.running).length;
    assert.equal(await running(), PROCESSES);
    await forEach(20, async (number) => {
      const index = number * Math.floor(PROCESSES / 20);
      const shown = async () => (await sandbox.commands.logs(pids[index]!)).stdout;
      await until(async () => (await shown()) !== '', 'it has said its number');
      assert.equal(await shown(), `number ${index}\n`);
    });
    const agent = await sandbox.commands.run("awk '/VmRSS/ {print $2}' /proc/1/status", { shell: true });
    t.diagnostic(`the agent has ${Math.round(Number(agent.stdout) / 1024)} MB`);
    assert.ok(Number(agent.stdout) < 100 * 1024, `the agent has ${agent.stdout} kB`);
    await sandbox.commands.run('pkill', { args: ['-x', 'sleep'] });
    await until(async () => (await running()) === 0, 'all have ended');
  });

  test('a large tree is listed whole and watched to its last folder', async () => {
    const script = `
import os
for folder in range(${FOLDERS}):
    os.makedirs(f"/data/tree/{folder:03}")
    for file in range(${FILES}):
        open(f"/data/tree/{folder:03}/{file:03}", "w").close()
`;
    const made = await sandbox.commands.run(['python3', '-c', script], { timeoutSecs: 300 });
    assert.equal(made.exitCode, 0, made.stderr);
    const entries = await sandbox.files.list('/data/tree', { depth: 2 });
    assert.equal(entries.length, FOLDERS * (FILES + 1));
    assert.equal(new Set(entries.map(({ path }) => path)).size, entries.length);
    await using watch = await sandbox.files.watch('/data/tree', { recursive: true });
    await sandbox.commands.run(`touch /data/tree/${FOLDERS - 1}/last`, { shell: true });
    for await (const { type, name } of watch) {
      if (type === 'create') {
        assert.equal(name, `${FOLDERS - 1}/last`);
        return;
      }
    }
    assert.fail('the watch ended');
  });
});
