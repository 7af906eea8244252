import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CommandHandle, Sandbox } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';

const MIB = 1024 ** 2;

/** Numbers as `seq` prints them, so that no two stretches are alike. */
function numbers(count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, number) => `${number + 1}\n`).join(''));
}

async function received(handle: CommandHandle): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const { text } of handle) pieces.push(Buffer.from(text));
  return Buffer.concat(pieces);
}

describe('output that nobody has read yet', () => {
  let installation: Installation;
  let sandbox: Sandbox;
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    sandbox = await Sandbox.create(installation.connection);
  });

  const finished = async (of: Sandbox, script: string) => {
    const handle = await of.commands.run(script, { shell: true, background: true });
    // The end is waited for without reading: a handle that is looked at is followed.
    while ((await of.commands.info(handle.pid)).running) await sleep(50);
    return handle.pid;
  };

  test('is read from any offset, also after a pause and in a fork', async () => {
    const all = numbers(2_000_000);
    const pid = await finished(sandbox, 'seq 1 2000000');
    const check = async (of: Sandbox) => {
      for (const offset of [0, 9 * MIB + 5, all.length - 1]) {
        const got = await received(await of.commands.connect(pid, { offsets: { stdout: offset } }));
        assert.ok(
          got.equals(all.subarray(offset)),
          `from ${offset} on: ${got.length} of ${all.length} bytes`,
        );
      }
    };
    await check(sandbox);
    const child = await sandbox.fork();
    await check(child);
    await child.kill();
    const snapshot = await sandbox.pause();
    sandbox = await Sandbox.resume(snapshot.id, installation.connection);
    await check(sandbox);
  });

  test('takes no room that the disk of its sandbox does not have', async (t) => {
    await sandbox.commands.run('cat /dev/zero > /workspace/full; sync', { shell: true, timeoutSecs: 300 });
    const all = numbers(2_000_000);
    const pid = await finished(sandbox, 'seq 1 2000000');
    const detail = await sandbox.commands.info(pid);
    assert.equal(detail.stdoutBytes, all.length);
    const got = await received(await sandbox.commands.connect(pid));
    assert.equal(got.length + detail.droppedBytes, all.length, 'what is dropped is counted');
    const last = all.length - 64 * 1024;
    const end = await received(await sandbox.commands.connect(pid, { offsets: { stdout: last } }));
    assert.ok(end.equals(all.subarray(last)), `${end.length} bytes of the end`);
    t.diagnostic(`${detail.droppedBytes} of ${all.length} bytes were dropped`);
    // Nothing else suffers.
    assert.equal((await sandbox.commands.run('echo', { args: ['fine'] })).stdout, 'fine\n');
    await sandbox.kill();
  });
});

describe('a slow reader of the SDK', () => {
  const context = suite();

  test('gets all of 200 MB, while little of it waits in its memory', async (t) => {
    const installation = await startInstallation(context);
    await using sandbox = await Sandbox.create(installation.connection);
    const count = 22_000_000;
    const script = `read begin; seq 1 ${count}`;
    const { pid } = await sandbox.commands.run(script, { shell: true, background: true });
    // Only what is written while somebody reads waits for the reader.
    const handle = await sandbox.commands.connect(pid);
    await handle.sendStdin('\n');
    const hash = createHash('sha256');
    const before = process.memoryUsage().rss;
    let [bytes, most, turns] = [0, 0, 0];
    for await (const { text } of handle) {
      hash.update(text);
      bytes += text.length;
      if (turns++ % 20 === 0) await sleep(30);
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    const all = createHash('sha256');
    let expected = 0;
    for (let first = 1; first <= count; first += 100_000) {
      const lines = Array.from({ length: 100_000 }, (_, number) => `${first + number}\n`).join('');
      expected += lines.length;
      all.update(lines);
    }
    assert.equal(bytes, expected);
    assert.equal(hash.digest('hex'), all.digest('hex'));
    t.diagnostic(`at most ${Math.round(most / MIB)} MiB more than before, ${turns} pieces`);
    assert.ok(most < 200 * MIB, `${most} bytes more than before`);
  });
});
