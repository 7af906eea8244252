import assert from 'node:assert/strict';
import { test } from 'node:test';
import { execClientFrame, isReservedPath, routes } from '../../src/index.ts';

const exec = routes.execCommand.body;
const list = routes.listSandboxes.query;

test('shell together with args is refused', () => {
  assert.equal(exec.safeParse({ command: 'ls', shell: true, args: ['-l'] }).success, false);
  assert.equal(exec.safeParse({ command: 'ls', shell: true, args: [] }).success, true);
});

test('commands with NUL, empty ones and timeouts out of range are refused', () => {
  for (const body of [
    { command: '' },
    { command: 'a\0b' },
    { command: 'a', args: ['\0'] },
    { command: 'a', timeout_secs: 0 },
    { command: 'a', timeout_secs: 86_401 },
    { command: 'a', timeout_secs: 1.5 },
    { command: 'a', cwd: '/workspace/.nullspace' },
    { command: 'a', cwd: '/a/../workspace/.nullspace' },
    { command: 'a', cwd: '\0' },
    { command: 'a', extra: 1 },
    {},
  ]) {
    assert.equal(exec.safeParse(body).success, false, JSON.stringify(body));
  }
});

test('query integers are plain decimal digits within their bounds', () => {
  assert.equal(list.parse({ limit: '20' }).limit, 20);
  for (const limit of ['', '0', '1e2', '0x10', '-1', '1001', ' 5', '1.5', ['1', '2']]) {
    assert.equal(list.safeParse({ limit }).success, false, String(limit));
  }
});

test('unknown query parameters and states are refused', () => {
  assert.equal(list.safeParse({ colour: 'red' }).success, false);
  assert.equal(list.safeParse({ state: 'running,sleeping' }).success, false);
  assert.equal(list.safeParse({ state: 'running,paused' }).success, true);
});

test('live frames are told apart by type', () => {
  assert.equal(execClientFrame.parse({ type: 'exec_connect', id: '1', pid: 4 }).type, 'exec_connect');
  assert.equal(execClientFrame.safeParse({ type: 'exec_connect', pid: 0 }).success, false);
  assert.equal(execClientFrame.safeParse({ type: 'pty_start' }).success, false);
  assert.equal(execClientFrame.safeParse([]).success, false);
});

test('the reserved folder is recognised in every spelling', () => {
  for (const path of [
    '/workspace/.nullspace',
    '/workspace//.nullspace/',
    '/./workspace/.nullspace/a',
    '/x/../workspace/.nullspace',
  ]) {
    assert.equal(isReservedPath(path), true, path);
  }
  for (const path of ['/workspace', '/workspace/.nullspaces', '/a/workspace/.nullspace']) {
    assert.equal(isReservedPath(path), false, path);
  }
});

test('base64 that would lose a piece of itself is refused', () => {
  const write = routes.writeFile.body;
  const takes = (content: string) => write.safeParse({ path: 'a', content, encoding: 'base64' }).success;
  for (const content of ['', 'YWI=', 'YWI', 'YWJj', 'YQ==', 'YQ'])
    assert.equal(takes(content), true, content);
  for (const content of ['Y', 'YWJjZ', 'YWI==', 'YQ=', '=', '====', 'YW=I', 'YW I', 'YW_-']) {
    assert.equal(takes(content), false, content);
  }
});

test('signals are sent by their name or number', () => {
  const { body } = routes.signalProcess;
  for (const signal of ['SIGINT', 'SIGKILL', 2, 9]) assert.equal(body.safeParse({ signal }).success, true);
  for (const signal of ['INT', '2', 0, 11, 64, null]) {
    const refused = body.safeParse({ signal });
    assert.match(refused.error?.issues[0]?.message ?? '', /^must be one of "SIGHUP" \(1\), "SIGINT" \(2\)/);
  }
});
