import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { Sandbox, SandboxError } from 'nullspace';
import { startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

describe('commands', () => {
  let sandbox: Sandbox;
  const context = suite();
  before(async () => {
    const installation = await startInstallation(context);
    sandbox = await Sandbox.create(installation.connection);
    context.after(() => sandbox.kill());
  });

  test('keep arguments exact, and a shell only where it is asked for', async () => {
    const args = ['%s|', 'a b', '$HOME', '*', "it's", 'ü'];
    assert.equal((await sandbox.commands.run('printf', { args })).stdout, "a b|$HOME|*|it's|ü|");
    assert.equal((await sandbox.commands.run('echo $((1+2)) | tr 3 4', { shell: true })).stdout, '4\n');
  });

  test('answer with the exit code, also of signals and of programs that are not there', async () => {
    assert.equal((await sandbox.commands.run('exit 7', { shell: true })).exitCode, 7);
    assert.equal((await sandbox.commands.run('kill -9 $$', { shell: true })).exitCode, 137);
    const missing = await sandbox.commands.run('no-such-program');
    assert.equal(missing.exitCode, 127);
    assert.match(missing.stderr, /no-such-program/);
  });

  test('stop at their timeout with all that they started', async () => {
    await assert.rejects(
      sandbox.commands.run('setsid sleep 4321 & sleep 4322', { shell: true, timeoutSecs: 1 }),
      (error: unknown) => error instanceof SandboxError && error.code === 'exec_timeout',
    );
    const left = await sandbox.commands.run("ps -eo args | grep -c '[s]leep 432'", { shell: true });
    assert.equal(left.stdout.trim(), '0');
  });

  test('read text or bytes as they are', async () => {
    const stdin = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const hash = createHash('sha256').update(stdin).digest('hex');
    const script = { shell: true, stdin };
    assert.equal((await sandbox.commands.run('sha256sum', script)).stdout.slice(0, 64), hash);
    const live = await sandbox.commands.run('sha256sum', { ...script, onStdout: () => undefined });
    assert.equal(live.stdout.slice(0, 64), hash);
  });

  test('give their output as exact bytes where that is asked for', async () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const line = [
      'python3',
      '-c',
      'import os; os.write(1, bytes(range(256)) * 400); os.write(2, b"\\xff\\xc3")',
    ];
    const expected = Buffer.concat(Array.from({ length: 400 }, () => all));
    const pieces: Uint8Array[] = [];
    const once = await sandbox.commands.run(line, { binary: true });
    const live = await sandbox.commands.run(line, {
      binary: true,
      onStdout: (_text, data) => void pieces.push(data),
    });
    const handle = await sandbox.commands.run(line, { binary: true, background: true });
    const outputs = await Array.fromAsync(handle);
    for (const { stdoutBytes, stderrBytes, stderr } of [once, live, await handle.wait()]) {
      assert.ok(expected.equals(stdoutBytes!));
      assert.deepEqual([...stderrBytes!], [0xff, 0xc3]);
      assert.equal(stderr, '\ufffd\ufffd');
    }
    assert.ok(expected.equals(Buffer.concat(pieces)));
    const iterated = outputs.filter(({ stream }) => stream === 'stdout').map(({ data }) => data);
    assert.ok(expected.equals(Buffer.concat(iterated)));
    assert.equal((await sandbox.commands.run(line)).stdoutBytes, undefined);
  });

  test('stream their output as it comes', async () => {
    const chunks: string[] = [];
    const result = await sandbox.commands.run('echo one; echo two >&2; echo three', {
      shell: true,
      onStdout: (text) => void chunks.push(text),
      onStderr: (text) => void chunks.push(text),
    });
    assert.equal(result.exitCode, 0);
    assert.equal(chunks.join('').includes('one') && chunks.join('').includes('two'), true);
  });

  test('run in the background with stdin, logs and a kill', async () => {
    const handle = await sandbox.commands.run('cat', { background: true });
    await sandbox.commands.sendStdin(handle.pid, 'hello\n');
    await until(async () => (await handle.logs()).stdout === 'hello\n', 'the answer of cat');
    await handle.kill();
    assert.equal((await handle.wait()).exitCode, 137);
    const listed = (await sandbox.commands.list()).find((process) => process.pid === handle.pid);
    assert.equal(listed?.running, false);
  });

  test('keep 5 MB of output whole and in order', async () => {
    const result = await sandbox.commands.run('seq 1 700000', { shell: true });
    const lines = result.stdout.split('\n');
    assert.equal(lines.length, 700_001);
    assert.equal(lines[699_999], '700000');
    assert.equal(lines[12_345], '12346');
  });

  test('start 50 at once without mixing them up', async () => {
    const results = await Promise.all(
      Array.from({ length: 50 }, (_, number) => sandbox.commands.run('echo', { args: [String(number)] })),
    );
    assert.deepEqual(
      results.map((result) => result.stdout.trim()),
      Array.from({ length: 50 }, (_, number) => String(number)),
    );
  });
});
