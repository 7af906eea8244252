import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { LeaveKeys } from '../../src/terminal/leave-keys.ts';
import { startRoutesApi } from '../support/routes-api.ts';
import { runCli } from '../support/run.ts';

const record = {
  session_id: 'ses_1',
  pid: 42,
  cols: 80,
  rows: 24,
  command: 'bash',
  started_at: '2026-03-10T12:00:00Z',
};

test('terminals are created, listed, looked at, resized and ended', async () => {
  await using api = await startRoutesApi({ 'GET /pty': [record], 'GET /pty/ses_1': record });
  api.onSocket = (socket, first) => {
    assert.deepEqual(
      [first.type, first.cols, first.rows, first.cwd, first.envs],
      ['pty_start', 90, 20, '/tmp', { A: 'b' }],
    );
    socket.send(JSON.stringify({ type: 'pty_started', ...record, cols: 90, rows: 20 }));
  };
  const pty = (line: string) => runCli(['sandbox', 'pty', ...line.split(' ')]);
  const created = await pty('create sb_1 --cols 90 --rows 20 --cwd /tmp --env A=b');
  assert.deepEqual(JSON.parse(created.stdout), { session_id: 'ses_1', pid: 42, cols: 90, rows: 20 });
  assert.equal(JSON.parse((await pty('list sb_1')).stdout)[0].session_id, 'ses_1');
  assert.equal(JSON.parse((await pty('get sb_1 ses_1')).stdout).command, 'bash');
  assert.equal((await pty('resize sb_1 ses_1 --cols 100 --rows 50')).stdout, '');
  assert.deepEqual(api.asked.at(-1)!.body, { cols: 100, rows: 50 });
  assert.equal((await pty('kill sb_1 ses_1')).stdout, '');
  assert.equal(api.asked.at(-1)!.route, 'DELETE /pty/ses_1');
  for (const line of [
    'resize sb_1 ses_1 --cols 0 --rows 1',
    'connect sb_1',
    'connect sb_1 42 --session-id ses_1',
  ])
    assert.equal((await pty(line)).code, 2, line);
});

/** Runs the program itself with piped input. */
async function program(words: string[], input: string): Promise<{ code: number | null; stdout: string }> {
  const script = join(import.meta.dirname, '../../bin/nullspace.js');
  const child = spawn(process.execPath, [script, ...words], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  const stdout = Buffer.concat(await Array.fromAsync(child.stdout as AsyncIterable<Buffer>)).toString();
  return { code: child.exitCode ?? (await new Promise((resolve) => child.once('exit', resolve))), stdout };
}

test('piped input is sent, bytes come out as they are, the exit code is passed on', async () => {
  await using api = await startRoutesApi({});
  const bytes = Buffer.from([0xff, 0x00, 0x1b, 0x5b]);
  api.onSocket = (socket, first) => {
    assert.equal(first.pid, 42);
    socket.send(JSON.stringify({ type: 'pty_started', ...record }));
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data));
      if (frame.type !== 'pty_input') return;
      assert.equal(Buffer.from(frame.data_base64, 'base64').toString(), '~.exit 7\n');
      socket.send(JSON.stringify({ type: 'pty_output', data_base64: bytes.toString('base64'), offset: 0 }));
      socket.send(JSON.stringify({ type: 'pty_exited', exit_code: 7 }));
    });
  };
  const { code, stdout } = await program(['sandbox', 'pty', 'connect', 'sb_1', '42'], '~.exit 7\n');
  assert.equal(code, 7);
  assert.equal(Buffer.from(stdout).toString(), bytes.toString());
});

test('--timeout leaves with 124, and --json tells so', async () => {
  await using api = await startRoutesApi({});
  api.onSocket = (socket) => socket.send(JSON.stringify({ type: 'pty_started', ...record }));
  const words = ['sandbox', 'pty', 'connect', 'sb_1', '--session-id', 'ses_1', '--timeout', '1', '--json'];
  const { code, stdout } = await program(words, '');
  assert.equal(code, 124);
  assert.deepEqual(JSON.parse(stdout), { exit_code: 124, error: null, timed_out: true });
});

test('only ~. at the begin of a line leaves', () => {
  const read = (...pieces: string[]) => {
    const keys = new LeaveKeys();
    const typed = pieces.map((piece) => keys.read(Buffer.from(piece)));
    return [typed.map(({ pass }) => pass.toString()).join(''), typed.some(({ leave }) => leave)];
  };
  assert.deepEqual(read('~.'), ['', true]);
  assert.deepEqual(read('ls\r', '~', '.'), ['ls\r', true]);
  assert.deepEqual(read('a~.'), ['a~.', false]);
  assert.deepEqual(read('~', '~x'), ['~~x', false]);
  assert.deepEqual(read('~/bin\r'), ['~/bin\r', false]);
});
