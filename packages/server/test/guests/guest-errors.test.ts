import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import { guest } from '@nullspace/proto';
import { readGuestRefusal } from '../../src/guests/guest-errors.ts';

function refusal(code: string, path: string, reason = ''): ConnectError {
  const error = new ConnectError('no', Code.NotFound);
  error.details.push({ desc: guest.ErrorDetailSchema, value: { code, path, reason } });
  return error;
}

test('a refusal of a call about several paths names the one that the agent means', () => {
  const call = { sandboxId: 'sb_1', failure: 'guest_unavailable' as const };
  const about = { ...call, path: '/a/one', otherPaths: ['/b/../b/two', 'three'] };
  const told = (path: string) => readGuestRefusal(refusal('file_not_found', path), about)?.message ?? '';
  assert.match(told('/a/one'), /^\/a\/one does not exist/);
  assert.match(told('/b/two'), /^\/b\/..\/b\/two does not exist/);
  assert.match(told('/workspace/three'), /^three does not exist/);
  // Whatever else a guest says is not repeated.
  assert.match(told('/etc/<script>'), /^\/a\/one does not exist/);
});

test('a refused path says what is wrong with it', () => {
  const call = { sandboxId: 'sb_1', failure: 'guest_unavailable' as const, path: '/a' };
  const told = (code: string, reason: string) =>
    readGuestRefusal(refusal(code, '/a', reason), call)?.message ?? '';
  assert.match(told('invalid_path', 'too_long'), /^path: \/a is too long: a name may have 255 bytes/);
  assert.match(told('invalid_path', 'no_content'), /is a device, a pipe/);
  assert.match(told('invalid_path', 'too_many_links'), /too many symbolic links/);
  assert.match(told('not_a_directory', 'below_file'), /^path: a part of \/a is no directory$/);
  assert.match(told('not_a_directory', ''), /^path: \/a is not a directory$/);
  // Whatever else a guest gives as a reason is not repeated.
  assert.equal(told('invalid_path', '<script>'), 'path: /a is no path for this operation');
});
