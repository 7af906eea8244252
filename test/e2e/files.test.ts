import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { NotFoundError, PermissionError, Sandbox } from 'nullspace';
import { startInstallation } from '../harness/installation.ts';
import { suite } from '../harness/suite.ts';

describe('files', () => {
  let sandbox: Sandbox;
  const context = suite();
  before(async () => {
    const installation = await startInstallation(context);
    sandbox = await Sandbox.create({ ...installation.connection, diskMb: 1024 });
    context.after(() => sandbox.kill());
  });

  test('are written, read, listed, renamed and removed', async () => {
    const written = await sandbox.files.write('notes/a.txt', 'grüße\n');
    assert.equal(written.path, '/workspace/notes/a.txt');
    assert.equal(await sandbox.files.read('/workspace/notes/a.txt'), 'grüße\n');
    assert.equal(await sandbox.files.exists('notes/a.txt'), true);
    const info = await sandbox.files.info('notes/a.txt');
    assert.equal(info.size, 8);
    assert.equal(info.isDir, false);
    await sandbox.files.mkdir('/data/deep/er');
    await sandbox.files.rename('notes/a.txt', '/data/deep/er/b.txt');
    assert.deepEqual(
      (await sandbox.files.list('/data/deep', { depth: 2 })).map((entry) => entry.path),
      ['/data/deep/er', '/data/deep/er/b.txt'],
    );
    await sandbox.files.remove('/data');
    assert.equal(await sandbox.files.exists('/data'), false);
    await assert.rejects(sandbox.files.read('/data/deep/er/b.txt'), NotFoundError);
  });

  test('keep every byte', async () => {
    const bytes = new Uint8Array(3_000_000).map((_, index) => (index * 31 + (index >> 8)) & 255);
    await sandbox.files.write('/tmp/bytes', bytes);
    assert.deepEqual(Buffer.from(await sandbox.files.readBytes('/tmp/bytes')), Buffer.from(bytes));
    const sum = await sandbox.commands.run('sha256sum', { args: ['/tmp/bytes'] });
    const { createHash } = await import('node:crypto');
    assert.equal(sum.stdout.split(' ')[0], createHash('sha256').update(bytes).digest('hex'));
  });

  test("count the named user's rights", async () => {
    const mine = await sandbox.files.write('mine.txt', 'x', { user: 'user' });
    assert.equal(mine.path, '/home/user/mine.txt');
    assert.equal(mine.owner, 'user');
    await assert.rejects(sandbox.files.write('/etc/hosts', 'x', { user: 'user' }), PermissionError);
  });

  test('a full disk is an error that loses nothing', async () => {
    await sandbox.files.write('/workspace/kept', 'old');
    await sandbox.commands.run('dd if=/dev/zero of=/workspace/fill bs=1M count=2000', {
      shell: true,
      timeoutSecs: 120,
    });
    const big = new Uint8Array(8_000_000).fill(1);
    await assert.rejects(sandbox.files.write('/workspace/kept', big), { code: 'quota_exceeded' });
    assert.equal(await sandbox.files.read('/workspace/kept'), 'old');
    await sandbox.files.remove('/workspace/fill');
    await sandbox.files.write('/workspace/kept', 'new');
    assert.equal(await sandbox.files.read('/workspace/kept'), 'new');
  });
});
