import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { sign } from '../../../src/webhooks/delivery/sign.ts';

test('signs time and body as any other program does', () => {
  const secret = 'whsec_ä';
  const body = '{"a":"ü"}';
  const expected = execFileSync('openssl', ['dgst', '-sha256', '-hmac', secret, '-hex'], {
    input: `1700000000.${body}`,
    encoding: 'utf8',
  });
  const digest = expected.trim().split('= ').at(-1);
  assert.equal(sign(secret, { timestamp: '1700000000', body }), `sha256=${digest}`);
});
