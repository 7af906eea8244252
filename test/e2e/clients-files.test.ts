import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { BatchWriteError, type FileEvent, GitError, NotFoundError, Sandbox, SandboxError } from 'nullspace';
import { type Installation, startInstallation } from '../harness/installation.ts';
import { LocalTerminal } from '../harness/local-terminal.ts';
import { suite } from '../harness/suite.ts';
import { until } from '../harness/until.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('files, processes and git through the TypeScript SDK and the command line', () => {
  let installation: Installation;
  let sandbox: Sandbox;
  const folder = mkdtempSync(join(tmpdir(), 'nullspace-e2e-'));
  const context = suite();
  before(async () => {
    installation = await startInstallation(context);
    sandbox = await Sandbox.create({ ...installation.connection, diskMb: 2048 });
    context.after(() => sandbox.kill());
    context.after(async () => rmSync(folder, { recursive: true, force: true }));
  });
  const inside = async (script: string) =>
    (await sandbox.commands.run(script, { shell: true })).stdout.trim();

  const cliEnv = () => ({ ...process.env, ...installation.clientEnv(), PATH: LocalTerminal.path() });
  function cliBytes(...words: string[]): Buffer {
    return execFileSync('nullspace', ['sandbox', ...words], { env: cliEnv(), stdio: 'pipe' });
  }
  function cliFails(...words: string[]) {
    const ended = spawnSync('nullspace', ['sandbox', ...words], { env: cliEnv(), stdio: 'pipe' });
    assert.notEqual(ended.status, 0);
    return ended;
  }
  const cli = (...words: string[]) => cliBytes(...words).toString();

  test('1,000 files are written with one call, and each that fails is named', async () => {
    const files = Array.from({ length: 1000 }, (_, number) => ({
      path: `/data/batch/${number % 10}/${number}`,
      content: String(number).repeat(300),
    }));
    const written = await sandbox.files.writeMany(files);
    assert.equal(written.length, 1000);
    assert.equal(await inside('find /data/batch -type f | wc -l'), '1000');
    assert.equal(await sandbox.files.read('/data/batch/7/777'), '777'.repeat(300));
    const some = [
      { path: '/data/fine', content: 'x' },
      { path: '/proc/no/such', content: 'y' },
    ];
    await assert.rejects(sandbox.files.writeMany(some), (error: unknown) => {
      assert.ok(error instanceof BatchWriteError);
      assert.deepEqual(
        error.failed.map(({ path }) => path),
        ['/proc/no/such'],
      );
      return true;
    });
    assert.equal(await sandbox.files.read('/data/fine'), 'x');
  });

  test('contents and names are searched, and text is replaced', async () => {
    await sandbox.files.writeMany([
      { path: '/data/search/a.py', content: 'import os\nprint(1)\n' },
      { path: '/data/search/deep/b.py', content: '# import\nimport sys\n' },
    ]);
    assert.deepEqual(await sandbox.files.find('/data/search', '^import'), [
      { file: '/data/search/a.py', line: 1, content: 'import os' },
      { file: '/data/search/deep/b.py', line: 2, content: 'import sys' },
    ]);
    assert.deepEqual(await sandbox.files.search('/data/search', 'b.*'), ['/data/search/deep/b.py']);
    assert.equal(await sandbox.files.replace(['/data/search/a.py'], 'os', 'io'), 1);
    assert.equal(await sandbox.files.read('/data/search/a.py'), 'import io\nprint(1)\n');
  });

  test('a watch sees what happens below', async () => {
    await sandbox.files.mkdir('/data/watched/sub');
    const seen: FileEvent[] = [];
    await using watch = await sandbox.files.watch('/data/watched', { recursive: true });
    await sandbox.files.write('/data/watched/sub/new.txt', 'x');
    await inside('mv /data/watched/sub/new.txt /data/watched/sub/renamed.txt; touch /data/watched/last');
    for await (const event of watch) {
      seen.push(event);
      if (event.name === 'last') break;
    }
    const told = seen.map(({ type, name }) => `${type} ${name}`);
    assert.ok(told.includes('rename sub/renamed.txt'), told.join(', '));
    assert.ok(seen.every(({ path, name }) => path === `/data/watched/${name}`));
  });

  test('40 MB go up in parts and come down again, byte for byte', async () => {
    const content = randomBytes(40 * 1024 * 1024 + 7);
    writeFileSync(join(folder, 'large.bin'), content);
    const phases = new Set<string>();
    const result = await sandbox.files.upload(join(folder, 'large.bin'), '/data/', {
      onProgress: ({ phase }) => phases.add(phase),
    });
    assert.deepEqual([result.path, result.transport], ['/data/large.bin', 'resumable']);
    assert.deepEqual([...phases], ['uploading', 'completing', 'completed']);
    assert.equal(await inside('sha256sum < /data/large.bin | cut -c1-64'), sha256(content));
    await sandbox.files.download('/data/large.bin', join(folder, 'back.bin'));
    assert.equal(sha256(readFileSync(join(folder, 'back.bin'))), sha256(content));
  });

  test('an upload survives a server that is killed in the middle of it', async () => {
    const content = randomBytes(48 * 1024 * 1024);
    const port = new URL(installation.url).port;
    let killed: Promise<void> | undefined;
    const result = await sandbox.files.upload(content, '/data/survivor.bin', {
      concurrency: 1,
      onProgress: ({ bytesDone }) => {
        if (bytesDone === 0) return;
        killed ??= (async () => {
          await installation.server.kill('SIGKILL');
          await installation.startServer({ NULLSPACE_PORT: port });
        })();
      },
    });
    await killed;
    assert.equal(result.path, '/data/survivor.bin');
    assert.equal(await inside('sha256sum < /data/survivor.bin | cut -c1-64'), sha256(content));
  });

  test('an upload that was given up is resumed by its id', async () => {
    const content = randomBytes(24 * 1024 * 1024);
    let uploadId = '';
    const stopped = sandbox.files.upload(content, '/data/resumed.bin', {
      concurrency: 1,
      onProgress: (progress) => {
        uploadId = progress.uploadId ?? '';
        if (progress.bytesDone > 0) throw new Error('enough');
      },
    });
    await assert.rejects(stopped, /enough/);
    assert.equal(await sandbox.files.exists('/data/resumed.bin'), false);
    const result = await sandbox.files.resumeUpload(uploadId, content);
    assert.equal(result.resumed, true);
    assert.equal(await inside('sha256sum < /data/resumed.bin | cut -c1-64'), sha256(content));
    await assert.rejects(sandbox.files.resumeUpload('up_unknown', content), NotFoundError);
  });

  test('a directory goes up and down as it is, without what is ignored', async () => {
    const source = join(folder, 'project');
    mkdirSync(join(source, 'src', 'empty'), { recursive: true });
    writeFileSync(join(source, 'run.sh'), '#!/bin/sh\necho ready\n', { mode: 0o755 });
    writeFileSync(join(source, 'src', 'ü.txt'), 'x'.repeat(100_000));
    symlinkSync('src/ü.txt', join(source, 'link'));
    writeFileSync(join(source, 'debug.log'), 'no');
    // Names that a library may take for a drive, an option or two lines.
    for (const name of ['a:b', '-rf', 'two\nlines', 'C:']) writeFileSync(join(source, name), name);
    writeFileSync(join(source, '.nullspaceignore'), '*.log\n');
    const result = await sandbox.files.upload(source, undefined, { user: 'user' });
    assert.deepEqual([result.path, result.kind, result.files], ['/home/user/project', 'directory', 8]);
    assert.equal(
      await inside('cd /home/user/project; ./run.sh; wc -c < link; stat -c %U run.sh'),
      'ready\n100000\nuser',
    );
    assert.equal(await sandbox.files.exists('/home/user/project/debug.log'), false);
    await sandbox.files.downloadDirectory('/home/user/project', join(folder, 'copy'));
    const names = (path: string) => readdirSync(path, { recursive: true }).sort();
    assert.deepEqual(
      names(join(folder, 'copy')),
      names(source).filter((name) => name !== 'debug.log'),
    );
    await assert.rejects(
      sandbox.files.uploadDirectory(source, '/home/user/project', { conflict: 'error' }),
      (error: unknown) => error instanceof SandboxError && error.code === 'file_upload_error',
    );
    await sandbox.files.write('/home/user/project/extra', 'x');
    await sandbox.files.uploadDirectory(source, '/home/user/project', { conflict: 'replace' });
    assert.equal(await sandbox.files.exists('/home/user/project/extra'), false);
  });

  test('what has no place on the other side is refused or left out, and said so', async () => {
    const odd = join(folder, 'odd');
    mkdirSync(odd);
    const notText = Buffer.concat([Buffer.from(`${odd}/`), Buffer.from([0x62, 0xff])]);
    writeFileSync(notText, '');
    await assert.rejects(
      sandbox.files.uploadDirectory(odd, '/data/odd'),
      /The name of .*odd\/b.* is not UTF-8/,
    );
    await inside('mkdir -p /data/backslash; touch "/data/backslash/a\\\\b"');
    await inside('cd /data/backslash; touch kept; ln -s /usr/bin/python3 python');
    const { leftOut } = await sandbox.files.downloadDirectory('/data/backslash', join(folder, 'backslash'));
    assert.deepEqual(leftOut.sort(), ['a\\b', 'python']);
    assert.deepEqual(readdirSync(join(folder, 'backslash')), ['kept']);
    const nowhere = sandbox.files.download('/data/search/a.py', join(folder, 'none', 'a.py'));
    await assert.rejects(nowhere, /The local folder .*none does not exist/);
  });

  test('addresses without a key serve one path, one way', async () => {
    await sandbox.files.write('/data/minted.txt', 'minted');
    const url = await sandbox.files.downloadUrl('/data/minted.txt');
    assert.equal(await (await fetch(url)).text(), 'minted');
    assert.equal((await fetch(url, { method: 'PUT', body: 'x' })).ok, false);
    const { url: into } = await sandbox.files.uploadUrl('/data/put.txt');
    assert.equal((await fetch(into, { method: 'PUT', body: 'put' })).ok, true);
    assert.equal(await sandbox.files.read('/data/put.txt'), 'put');
  });

  test('commands take input, accounts and signals, and tell what they use', async () => {
    const result = await sandbox.commands.run(['sh', '-c', 'id -un; cat'], { user: 'user', stdin: 'ü\n' });
    assert.equal(result.stdout, 'user\nü\n');
    const streamed: string[] = [];
    await sandbox.commands.run('cat', { stdin: 'in\n', onStdout: (text) => streamed.push(text) });
    assert.equal(streamed.join(''), 'in\n');
    const handle = await sandbox.commands.run(
      'trap "echo caught; exit 3" INT; echo ready; while :; do sleep 0.1; done',
      {
        shell: true,
        background: true,
      },
    );
    await until(async () => (await handle.logs()).stdout === 'ready\n', 'the trap');
    await until(async () => (await handle.info()).processCount > 0, 'the processes');
    assert.ok((await handle.info()).memoryBytes > 0);
    await handle.sendSignal('SIGINT');
    const ended = await handle.wait();
    assert.deepEqual([ended.exitCode, ended.stdout], [3, 'ready\ncaught\n']);
    const sleeping = await sandbox.commands.run(['sleep', '600'], { background: true });
    await sleeping.sendSignal(15);
    assert.equal((await sleeping.wait()).exitCode, 143);
    const cat = await sandbox.commands.run('cat', { background: true });
    await cat.sendStdin(new Uint8Array([0xc3, 0xbc, 0x0a]));
    await cat.closeStdin();
    assert.equal((await cat.wait()).stdout, 'ü\n');
  });

  test('a terminal is joined by another program with what it showed, and carries every byte', async () => {
    const session = await sandbox.pty.create({ cols: 90, rows: 20 });
    await session.write(
      'stty -echo; echo size $(stty size); printf "\\000\\377\\033[0m"; echo done-$((40 + 2))\n',
    );
    const output: Uint8Array[] = [];
    for await (const chunk of session) {
      output.push(chunk);
      if (Buffer.concat(output).includes('done-42')) break;
    }
    assert.ok(Buffer.concat(output).includes('size 20 90'));
    assert.ok(Buffer.concat(output).includes(Buffer.from([0x00, 0xff, 0x1b])));
    session.disconnect();
    const again = await sandbox.pty.connect(session.id);
    const scrollback: Uint8Array[] = [];
    for await (const chunk of again) {
      scrollback.push(chunk);
      if (Buffer.concat(scrollback).includes('done-42')) break;
    }
    await again.kill();
    assert.ok((await again.wait()).exitCode > 0);
    assert.deepEqual(await sandbox.pty.list(), []);
  });

  test('git clones, commits, pushes and says why it failed', async () => {
    await inside('git init -q --bare -b main /data/origin.git');
    await sandbox.git.configureUser('Ada', 'ada@example.com');
    await sandbox.git.clone('/data/origin.git', '/data/work');
    await sandbox.files.write('/data/work/a.txt', 'one\n');
    const path = '/data/work';
    await sandbox.git.commit('First', { path });
    await sandbox.git.push({ path, branch: 'main', setUpstream: true });
    assert.deepEqual(await sandbox.git.status({ path }), { branch: 'main', clean: true, changedFiles: [] });
    await sandbox.git.clone('/data/origin.git');
    assert.equal(await sandbox.files.read('/workspace/a.txt'), 'one\n');
    await assert.rejects(sandbox.git.checkout('no-such', { path }), GitError);
  });

  test('the command line copies both ways and prints JSON', async () => {
    const local = join(folder, 'cli.txt');
    writeFileSync(local, 'from here');
    assert.match(cli('file', 'cp', local, `${sandbox.id}:/data/cli/`), /^9 bytes copied/);
    assert.equal(await sandbox.files.read('/data/cli/cli.txt'), 'from here');
    cli('files', 'cp', '-r', `${sandbox.id}:/data/cli`, join(folder, 'cli-copy'));
    assert.equal(readFileSync(join(folder, 'cli-copy', 'cli.txt'), 'utf8'), 'from here');
    const uploaded = JSON.parse(
      cli('upload', sandbox.id, local, '/data/cli/up.txt', '--resumable', 'always', '--json'),
    );
    assert.deepEqual([uploaded.target_path, uploaded.transport], ['/data/cli/up.txt', 'resumable']);
    assert.deepEqual(JSON.parse(cli('file', 'search', sandbox.id, '/data/cli', 'up.*')), [
      '/data/cli/up.txt',
    ]);
    const status = JSON.parse(cli('git', 'status', sandbox.id, '--path', '/data/work'));
    assert.deepEqual(status, { branch: 'main', clean: true, changed_files: [] });
  });

  test('the command line prints what a command wrote before its timeout, and takes signals as kill does', async () => {
    const late = cliFails('exec', sandbox.id, '--timeout', '1', '--shell', 'printf "\\377so far"; sleep 60');
    assert.deepEqual([late.status, late.stdout.subarray(1).toString()], [8, 'so far']);
    assert.equal(late.stdout[0], 0xff);
    const { pid } = await sandbox.commands.run(['sleep', '600'], { background: true });
    assert.match(
      cliFails('process', 'signal', sandbox.id, String(pid), 'NOPE').stderr.toString(),
      /SIGNAL must be one/,
    );
    assert.match(cli('process', 'signal', sandbox.id, String(pid), 'hup'), /^SIGHUP sent/);
    assert.match(cli('process', 'signal', sandbox.id, String(pid), '9'), /^SIGKILL sent/);
    assert.match(
      cliFails('file', 'cp', `${sandbox.id}:/etc/passwd`, '-').stderr.toString(),
      /sandbox file read/,
    );
  });

  test('the command line passes the output of commands on byte for byte', async () => {
    const program = ['python3', '-c', 'import os; os.write(1, bytes(range(256)))'];
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const handle = await sandbox.commands.run(program, { background: true });
    for (const words of [
      ['exec', sandbox.id, '--', ...program],
      ['process', 'stream', sandbox.id, '--', ...program],
      ['process', 'attach', sandbox.id, String(handle.pid)],
    ])
      assert.ok(cliBytes(...words).equals(all), words.slice(0, 2).join(' '));
  });
});
