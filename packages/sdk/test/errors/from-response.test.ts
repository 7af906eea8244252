import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { buildErrorEnvelope } from '@nullspace/contract';
import { errorFromResponse } from '../../src/errors/from-response.ts';
import { AuthError, NotFoundError, QuotaExceededError, RateLimitError } from '../../src/index.ts';

const read = (status: number, body: unknown, retryAfter?: string) =>
  errorFromResponse({ status, body: typeof body === 'string' ? body : JSON.stringify(body), retryAfter });

describe('errors from answers', () => {
  test('the server’s own envelope', () => {
    const envelope = buildErrorEnvelope({
      code: 'sandbox_not_found',
      message: 'Sandbox sb_1 was not found',
      requestId: 'req_9',
      details: { reason: 'timeout' },
    });
    const error = read(404, envelope);
    assert.ok(error instanceof NotFoundError);
    assert.equal(error.message, 'Sandbox sb_1 was not found');
    assert.equal(error.status, 404);
    assert.equal(error.requestId, 'req_9');
    assert.equal(error.retryable, false);
    assert.deepEqual(error.details, { reason: 'timeout' });
    assert.match(error.suggestedAction ?? '', /List the sandboxes/);
  });

  test('the flat shape, with a code in capitals', () => {
    const error = read(401, {
      error: 'no',
      code: 'UNAUTHORIZED',
      request_id: 'req_2',
      suggested_action: 'log in',
    });
    assert.ok(error instanceof AuthError);
    assert.equal(error.message, 'no');
    assert.equal(error.requestId, 'req_2');
    assert.equal(error.suggestedAction, 'log in');
  });

  test('the nested shape falls back to the fields around it', () => {
    const body = { error: { message: 'm', code: 'conflict' }, request_id: 'req_3', details: { a: 1 } };
    const error = read(409, body);
    assert.equal(error.code, 'conflict');
    assert.equal(error.requestId, 'req_3');
    assert.deepEqual(error.details, { a: 1 });
  });

  for (const body of ['<html>Bad gateway</html>', '[1]', '"text"', '', 'null', '{"error":{"message":7}}']) {
    test(`a body without an error is unknown: ${body}`, () => {
      const error = read(502, body);
      assert.equal(error.code, 'unknown');
      assert.equal(error.status, 502);
      assert.ok(error.message.length > 0);
    });
  }

  test('429 looks at the code at top level only', () => {
    assert.ok(read(429, { error: 'full', code: 'capacity_exceeded' }) instanceof QuotaExceededError);
    const nested = read(429, { error: { message: 'slow', code: 'quota_exceeded' } });
    assert.ok(nested instanceof RateLimitError);
    assert.equal(nested.message, 'slow');
    assert.ok(read(429, 'slow down') instanceof RateLimitError);
  });

  for (const [header, seconds] of [
    ['2.5', 2.5],
    ['0', 0],
    [undefined, 1],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 1],
    ['-3', 1],
  ] as const) {
    test(`Retry-After ${header} means ${seconds} s`, () => {
      const error = read(429, { error: 'slow', code: 'rate_limit_exceeded' }, header);
      assert.equal((error as RateLimitError).retryAfterSecs, seconds);
    });
  }

  test('a rate limit under another status names no pause', () => {
    const error = read(503, { error: 'slow', code: 'rate_limit_exceeded' }, '4');
    assert.ok(error instanceof RateLimitError);
    assert.equal(error.retryAfterSecs, undefined);
  });
});
