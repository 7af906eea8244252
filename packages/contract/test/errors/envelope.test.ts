import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  buildErrorEnvelope,
  type ErrorCode,
  type ErrorCodeEntry,
  errorCodes,
  errorEnvelope,
  errorMessage,
} from '../../src/index.ts';

test('every code builds an envelope that its schema accepts, with the code at both levels', () => {
  for (const code of Object.keys(errorCodes) as ErrorCode[]) {
    const body = buildErrorEnvelope({ code, message: errorMessage(code), requestId: 'req_1' });
    assert.deepEqual(errorEnvelope.parse(body), body);
    const entry: ErrorCodeEntry = errorCodes[code];
    const shown = entry.code ?? code;
    assert.equal(body.code, shown);
    assert.equal(body.error.code, shown);
    assert.ok(body.error.suggested_action.length > 10);
  }
});

test('message places are filled, and empty without a value', () => {
  assert.equal(
    errorMessage('process_not_found', { sandbox_id: 'sb_1', pid: 7 }),
    'Sandbox sb_1 has no process 7',
  );
  assert.equal(errorMessage('sandbox_not_found', { sandbox_id: 'sb_1' }), 'Sandbox sb_1 was not found');
});

test('statuses and codes are well formed', () => {
  for (const [code, entry] of Object.entries(errorCodes)) {
    assert.match(code, /^[a-z][a-z_]+$/);
    assert.ok(entry.status >= 400 && entry.status < 600);
  }
});
