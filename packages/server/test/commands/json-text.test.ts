import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeJsonString } from '../../src/commands/json-text.ts';

const cases: [string, Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['quotes and control characters', Buffer.from('"\\\n\u0000\u2028')],
  ['characters cut by the end of a piece', Buffer.from(`x${'€😀'.repeat(40_000)}`)],
  ['bytes that are no UTF-8', Buffer.alloc(200_001, 0xf0)],
];
for (const [name, bytes] of cases) {
  test(`${name} come as one JSON string`, () => {
    assert.equal(JSON.parse([...writeJsonString(bytes)].join('')), bytes.toString('utf8'));
  });
}
