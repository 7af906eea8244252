import assert from 'node:assert/strict';
import { test } from 'node:test';
import { batchManifest, fileWatchFrame, ptyClientFrame, ptyFirstFrame, routes } from '../../src/index.ts';

const refused = (schema: { safeParse(value: unknown): { success: boolean } }, values: unknown[]) => {
  for (const value of values) assert.equal(schema.safeParse(value).success, false, JSON.stringify(value));
};

test('a terminal starts with the size of published clients, and is joined by session or by pid', () => {
  const frame = ptyFirstFrame.parse({ type: 'pty_start', id: '1' });
  assert.ok(frame.type === 'pty_start' && frame.cols === 120 && frame.rows === 30);
  assert.ok(ptyFirstFrame.parse({ type: 'pty_connect', id: '1', session_id: 'ses_1' }));
  assert.ok(ptyFirstFrame.parse({ type: 'pty_connect', id: '1', pid: 12 }));
  refused(ptyFirstFrame, [
    { type: 'pty_connect' },
    { type: 'pty_connect', session_id: 'ses_1', pid: 12 },
    { type: 'pty_start', cols: 0 },
    { type: 'pty_start', rows: 1001 },
    { type: 'pty_start', shell: true },
    { type: 'pty_start', args: ['x'] },
    { type: 'pty_start', colour: true },
    { type: 'exec_start', command: 'ls' },
  ]);
});

test('input is text or bytes, not both and not neither', () => {
  assert.ok(ptyClientFrame.parse({ type: 'pty_input', id: '1', session_id: 'ses_1', data: '' }));
  assert.ok(ptyClientFrame.parse({ type: 'pty_input', data_base64: 'AAE=' }));
  refused(ptyClientFrame, [
    { type: 'pty_input' },
    { type: 'pty_input', data: 'a', data_base64: 'YQ==' },
    { type: 'pty_input', data_base64: '%' },
    { type: 'pty_resize', cols: 80 },
  ]);
});

test('stdin takes text or bytes and may be closed', () => {
  const { body } = routes.writeProcessStdin;
  assert.deepEqual(body.parse({ data: 'x' }), { data: 'x', close: false });
  assert.equal(body.parse({ close: true }).close, true);
  refused(body, [
    {},
    { data: 'x', data_base64: 'eA==' },
    { data_base64: '*' },
    { data: 'x'.repeat(1_048_577) },
  ]);
});

test('stdin of a command belongs to the foreground', () => {
  const { body } = routes.execCommand;
  assert.equal(body.parse({ command: 'cat', stdin: 'x' }).stdin, 'x');
  refused(body, [
    { command: 'cat', background: true, stdin: 'x' },
    { command: 'cat', background: true, stdin_base64: 'eA==' },
    { command: 'cat', stdin: 'x', stdin_base64: 'eA==' },
    { command: 'cat', stdin_base64: 'not base64' },
  ]);
});

test('an upload says what it is, within what JSON numbers can count', () => {
  const file = { kind: 'file', source_kind: 'restartable_file', target_path: 'a', content_length: 0 };
  assert.equal(routes.createUpload.body.parse(file).conflict, 'merge');
  refused(routes.createUpload.body, [
    { ...file, content_length: -1 },
    { ...file, content_length: 1.5 },
    { ...file, kind: 'socket' },
    { ...file, archive_format: 'tar' },
    { ...file, whole_checksum_sha256: 'A'.repeat(64) },
    { ...file, parts: 1 },
  ]);
  refused(routes.uploadPart.params, [{ sandbox_id: 'a', upload_id: 'b', part_number: '-1' }]);
});

test('a batch names every field once', () => {
  assert.ok(batchManifest.parse({ files: [{ path: 'a', field: 'file0' }], user: null }));
  refused(batchManifest, [
    { files: [] },
    {
      files: [
        { path: 'a', field: 'f' },
        { path: 'b', field: 'f' },
      ],
    },
    { files: [{ path: '', field: 'f' }] },
  ]);
});

test('a watch has a directory and a positive timeout or none', () => {
  assert.equal(fileWatchFrame.parse({ type: 'file_watch', path: '/tmp' }).recursive, false);
  refused(fileWatchFrame, [
    { type: 'file_watch' },
    { type: 'file_watch', path: '/tmp', timeout_secs: 0 },
    { type: 'file_watch', path: '/tmp', depth: 2 },
  ]);
});
