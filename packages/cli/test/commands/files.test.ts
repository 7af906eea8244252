import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startRoutesApi } from '../support/routes-api.ts';
import { runCli } from '../support/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'nullspace-cli-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const file = {
  name: 'a',
  path: '/workspace/a',
  is_dir: false,
  size: 3,
  type: 'file',
  mode: '-rw-r--r--',
  permissions: '0644',
  owner: 'root',
  group: 'root',
  modified_time: null,
  symlink_target: null,
};

test('searches, replacements and minted addresses', async () => {
  const match = { file: '/workspace/a', line: 1, content: 'x' };
  await using api = await startRoutesApi({
    'POST /files/find': [match],
    'POST /files/search': ['/workspace/a'],
    'POST /files/replace': { replacements: 2 },
    'POST /files/download-url': { url: 'http://x/1' },
    'POST /files/upload-url': { url: 'http://x/2', token: 't' },
  });
  const line = async (words: string) => (await runCli(`sandbox ${words}`.split(' '))).stdout;
  assert.deepEqual(JSON.parse(await line('file find sb_1 /workspace x --user user')), [match]);
  assert.deepEqual(JSON.parse(await line('files search sb_1 /workspace *.py')), ['/workspace/a']);
  assert.deepEqual(JSON.parse(await line('file replace sb_1 a b f1 f2')), { replacements: 2 });
  assert.equal(await line('file download-url sb_1 /a'), 'http://x/1\n');
  assert.deepEqual(JSON.parse(await line('file download-url sb_1 /a --json')), { url: 'http://x/1' });
  assert.deepEqual(JSON.parse(await line('file upload-url sb_1 /a')), { url: 'http://x/2', token: 't' });
  const sent = api.asked.filter(({ route }) => route.startsWith('POST')).map(({ body }) => body);
  assert.deepEqual(sent.slice(0, 3), [
    { path: '/workspace', pattern: 'x', user: 'user' },
    { path: '/workspace', pattern: '*.py', user: null },
    { files: ['f1', 'f2'], pattern: 'a', replacement: 'b', user: null },
  ]);
  assert.equal((await runCli(['sandbox', 'file', 'replace', 'sb_1', 'a', 'b'])).code, 2);
});

test('several files are written from both forms of JSON', async () => {
  await using api = await startRoutesApi({
    'POST /files/batch-write': { results: [{ status: 'success', path: '/workspace/a', info: file }] },
  });
  writeFileSync(join(folder, 'files.json'), '[{"path":"a","content":"one"}]');
  for (const json of ['{"a":"one"}', `@${join(folder, 'files.json')}`]) {
    const { code, stdout } = await runCli(['sandbox', 'file', 'write-files', 'sb_1', json]);
    assert.equal(code, 0);
    assert.equal(JSON.parse(stdout)[0].path, '/workspace/a');
    assert.match(api.asked.at(-1)!.raw.toString(), /"path":"a","field":"file0".*one/s);
  }
  for (const wrong of ['{', '3', '{"a":1}', '[{"path":"a"}]'])
    assert.equal((await runCli(['sandbox', 'file', 'write-files', 'sb_1', wrong])).code, 2, wrong);
});

test('a watch prints lines until its end', async () => {
  await using api = await startRoutesApi({});
  api.onSocket = (socket, first) => {
    assert.deepEqual([first.path, first.recursive], ['/workspace', true]);
    const send = (frame: object) => socket.send(JSON.stringify({ id: first.id, ...frame }));
    send({ type: 'file_watch_started', path: '/workspace' });
    send({ type: 'file_event', event: 'rename', name: 'b', path: '/workspace/b', old_path: '/workspace/a' });
    socket.close(1000);
  };
  const { code, stdout } = await runCli(['sandbox', 'file', 'watch', 'sb_1', '/workspace', '--recursive']);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), {
    type: 'rename',
    name: 'b',
    path: '/workspace/b',
    event_type: 'rename',
    old_path: '/workspace/a',
  });
});

test('cp copies a file in and out, and a directory out', async () => {
  const source = join(folder, 'tree');
  mkdirSync(join(source, 'sub'), { recursive: true });
  writeFileSync(join(source, 'sub', 'a.txt'), 'one');
  const archive = execFileSync('tar', ['cf', '-', '-C', source, '.']);
  await using api = await startRoutesApi({
    'GET /file': ({ route }: { route: string }) =>
      route.includes('archive_format=tar') ? archive : Buffer.from('bytes'),
    'POST /files/info': file,
  });
  const cp = (...words: string[]) => runCli(['sandbox', 'file', 'cp', ...words]);
  assert.match((await cp(join(source, 'sub', 'a.txt'), 'sb_1:/data/')).stdout, /^3 bytes copied/);
  const put = api.asked.find(({ route }) => route.startsWith('PUT'))!;
  assert.deepEqual([put.route, put.raw.toString()], ['PUT /file?path=%2Fdata%2Fa.txt', 'one']);
  await cp('sb_1:/workspace/x.bin', folder);
  assert.equal(readFileSync(join(folder, 'x.bin'), 'utf8'), 'bytes');
  const copied = await cp('-r', 'sb_1:/workspace', join(folder, 'out'), '--json');
  assert.equal(JSON.parse(copied.stdout).bytes, archive.length);
  assert.equal(readFileSync(join(folder, 'out', 'sub', 'a.txt'), 'utf8'), 'one');
});

test('cp refuses what cannot be meant before it asks anything', async () => {
  await using api = await startRoutesApi({});
  const lines = [
    ['a', 'b'],
    ['sb_1:/a', 'sb_1:/b'],
    ['/no/such', 'sb_1:/a'],
    [folder, 'sb_1:/a'],
    ['-r', process.execPath, 'sb_1:/a'],
    ['sb_1:', 'x'],
    ['sb_1:/a', 'x', '--exclude', 'y'],
  ];
  for (const words of lines) {
    const { code, stderr } = await runCli(['sandbox', 'files', 'cp', ...words]);
    assert.deepEqual([code, stderr.startsWith('Error: ')], [2, true], words.join(' '));
  }
  assert.equal(api.asked.length, 0);
});
