import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { planUpload, Sandbox } from '../../src/index.ts';
import { json, startApiServer } from '../support/api-server.ts';
import { sandboxRecord } from '../support/records.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { uploadServer } from '../support/upload-server.ts';

async function connect(context: TestContext) {
  const { state, respond } = uploadServer(4096);
  const api = await startApiServer(context, respond);
  const { files } = await Sandbox.connect('sb_1', api.connection);
  return { files, state };
}

function tree(context: TestContext): string {
  const folder = temporaryFolder(context);
  mkdirSync(join(folder, 'src/empty'), { recursive: true });
  writeFileSync(join(folder, 'run.sh'), '#!/bin/sh\n');
  chmodSync(join(folder, 'run.sh'), 0o755);
  writeFileSync(join(folder, 'src/ü.txt'), 'x'.repeat(10_000));
  writeFileSync(join(folder, `src/${'l'.repeat(200)}`), 'long');
  symlinkSync('ü.txt', join(folder, 'src/link'));
  writeFileSync(join(folder, 'debug.log'), 'no');
  writeFileSync(join(folder, 'keep.log'), 'yes');
  writeFileSync(join(folder, '.nullspaceignore'), '*.log\n!keep.log\n');
  return folder;
}

/** What GNU tar finds in the archive that was sent. */
function unpacked(context: TestContext, parts: Map<number, Buffer>): string {
  const target = temporaryFolder(context);
  const archive = join(target, 'archive.tar');
  writeFileSync(archive, Buffer.concat([...parts].sort(([a], [b]) => a - b).map(([, bytes]) => bytes)));
  mkdirSync(join(target, 'out'));
  execFileSync('tar', ['xpf', archive, '-C', join(target, 'out')]);
  return join(target, 'out');
}

describe('a directory', () => {
  test('is sent as a tar that holds names, modes, links and what is not ignored', async (context) => {
    const { files, state } = await connect(context);
    const source = tree(context);
    await files.uploadDirectory(source, '/data/copy', {
      ignore: ['src/empty/'],
      conflict: 'error',
      user: 'user',
    });
    assert.equal(state.session.target_path, '/workspace//data/copy');
    assert.deepEqual([state.session.conflict, state.session.user], ['error', 'user']);
    const copy = unpacked(context, state.parts);
    assert.deepEqual(readdirSync(copy, { recursive: true }).sort(), [
      '.nullspaceignore',
      'keep.log',
      'run.sh',
      'src',
      'src/link',
      `src/${'l'.repeat(200)}`,
      'src/ü.txt',
    ]);
    assert.equal(statSync(join(copy, 'run.sh')).mode & 0o777, 0o755);
    assert.equal(readlinkSync(join(copy, 'src/link')), 'ü.txt');
    assert.equal(readFileSync(join(copy, 'src/ü.txt'), 'utf8').length, 10_000);
  });

  test('gives the same bytes each time, so that an upload can be resumed', async (context) => {
    const { files, state } = await connect(context);
    const source = tree(context);
    await files.uploadDirectory(source);
    const first = state.checksum;
    assert.match(state.session.target_path, /\/nullspace-sdk-\w+$/);
    await files.resumeUpload('up_1', source);
    assert.equal(state.checksum, first);
  });

  for (const [what, make] of [
    ['a link with an absolute target', (folder: string) => symlinkSync('/etc/passwd', join(folder, 'bad'))],
    ['a link that leads out', (folder: string) => symlinkSync('src/../../x', join(folder, 'bad'))],
    ['a FIFO', (folder: string) => execFileSync('mkfifo', [join(folder, 'bad')])],
  ] as const) {
    test(`with ${what} is refused before anything is sent, unless it is ignored`, async (context) => {
      const { files, state } = await connect(context);
      const source = tree(context);
      make(source);
      await assert.rejects(files.uploadDirectory(source), (error: Error & { code?: string }) => {
        assert.match(error.message, /bad/);
        return error.code === 'invalid_request';
      });
      assert.equal(state.parts.size, 0);
      await files.uploadDirectory(source, 'd', { ignore: ['bad'] });
      assert.ok(state.parts.size > 0);
    });
  }
});

describe('a download', () => {
  async function serve(context: TestContext, body: Buffer) {
    const api = await startApiServer(context, ({ path }, response) => {
      if (!path.includes('/file?')) return json(response, 200, sandboxRecord());
      response.writeHead(200, { 'content-length': body.length });
      response.end(body);
    });
    return { api, files: (await Sandbox.connect('sb_1', api.connection)).files };
  }
  const tarOf = (folder: string, ...options: string[]) =>
    execFileSync('tar', ['cf', '-', '--format=pax', ...options, '-C', folder, '.']);

  test('of a file replaces the local one when all of it is there', async (context) => {
    const { files } = await serve(context, Buffer.from('new content'));
    const target = join(temporaryFolder(context), 'a');
    writeFileSync(target, 'old');
    const seen: number[] = [];
    const bytes = await files.download('/a', target, {
      onProgress: ({ bytesTotal }) => seen.push(bytesTotal!),
    });
    assert.deepEqual([bytes, readFileSync(target, 'utf8'), seen.at(-1)], [11, 'new content', 11]);
  });

  test('that breaks off leaves the local file as it was', async (context) => {
    const api = await startApiServer(context, ({ path }, response) => {
      if (!path.includes('/file?')) return json(response, 200, sandboxRecord());
      response.writeHead(200, { 'content-length': 100 });
      response.write('new');
      setImmediate(() => response.destroy());
    });
    const { files } = await Sandbox.connect('sb_1', api.connection);
    const folder = temporaryFolder(context);
    writeFileSync(join(folder, 'a'), 'old');
    await assert.rejects(files.download('/a', join(folder, 'a')));
    assert.equal(readFileSync(join(folder, 'a'), 'utf8'), 'old');
    assert.deepEqual(readdirSync(folder), ['a']);
  });

  test('of a directory has its files, modes and links', async (context) => {
    const source = tree(context);
    const { files, api } = await serve(context, tarOf(source));
    const target = join(temporaryFolder(context), 'deep', 'copy');
    await files.downloadDirectory('/data', target, { user: 'user' });
    assert.deepEqual(
      readdirSync(target, { recursive: true }).sort(),
      readdirSync(source, { recursive: true }).sort(),
    );
    assert.equal(statSync(join(target, 'run.sh')).mode & 0o777, 0o755);
    assert.match(api.received.at(-1)!.path, /\/file\?path=%2Fdata&user=user&archive_format=tar$/);
  });

  test('of a directory leaves links that lead out of it out, and says which', async (context) => {
    const source = tree(context);
    symlinkSync('../run.sh', join(source, 'src', 'within'));
    const within = readdirSync(source, { recursive: true }).sort();
    symlinkSync('../../..', join(source, 'src', 'up'));
    symlinkSync('/usr/bin/python3', join(source, 'python'));
    const { files } = await serve(context, tarOf(source));
    const target = join(temporaryFolder(context), 'copy');
    const { leftOut } = await files.downloadDirectory('/data', target);
    assert.deepEqual(leftOut.map((name) => name.replace('./', '')).sort(), ['python', 'src/up']);
    assert.deepEqual(readdirSync(target, { recursive: true }).sort(), within);
    assert.equal(readlinkSync(join(target, 'src', 'within')), '../run.sh');
  });

  for (const [what, options] of [
    ['a path that leads out', ['--transform=s,run.sh,../escaped,', '-P']],
    ['a chain of links that leads out', []],
    ['a device', []],
  ] as const) {
    test(`with ${what} writes nothing outside`, async (context) => {
      const source = tree(context);
      if (what.includes('link')) {
        symlinkSync('..', join(source, 'src', 'root'));
        symlinkSync('src/root/..', join(source, 'zz'));
      }
      if (what.includes('device')) execFileSync('mkfifo', [join(source, 'zz')]);
      const { files } = await serve(context, tarOf(source, ...options));
      const folder = temporaryFolder(context);
      await assert.rejects(files.downloadDirectory('/data', join(folder, 'copy')), {
        code: 'invalid_archive',
      });
      assert.deepEqual(readdirSync(folder), ['copy']);
      assert.ok(!existsSync(join(folder, 'copy', 'zz')));
    });
  }
});

test('a plan says what would go where, and asks nothing', async (context) => {
  const source = tree(context);
  const plan = await planUpload(source, '/data/');
  assert.match(plan.path, /^\/data\/nullspace-sdk-/);
  assert.deepEqual(
    [plan.kind, plan.transport, plan.files, plan.bytes],
    ['directory', 'resumable', 6, 10_033],
  );
  const left = plan.entries.filter(({ included }) => !included);
  assert.deepEqual(left, [{ path: 'debug.log', type: 'file', included: false }]);
  const file = await planUpload(join(source, 'run.sh'), undefined);
  assert.deepEqual([file.path, file.transport, file.bytes], ['run.sh', 'direct', 10]);
  assert.equal((await planUpload(join(source, 'run.sh'), '/x', { resumable: true })).transport, 'resumable');
  await assert.rejects(planUpload('/no/such', '/x'), { code: 'invalid_request' });
});
