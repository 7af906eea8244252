import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Code, ConnectError } from '@connectrpc/connect';
import { guest } from '@nullspace/proto';
import { readGuestRefusal } from '../../src/guests/guest-errors.ts';

function refusal(code: string, path: string): ConnectError {
  const error = new ConnectError('no', Code.NotFound);
  error.details.push({ desc: guest.ErrorDetailSchema, value: { code, path } });
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
