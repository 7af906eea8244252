import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeCursor, encodeCursor } from '../../src/store/cursor.ts';

test('a cursor survives the way out and back', () => {
  const cursor = { createdAt: 1_700_000_000_123, id: 'sb_abc' };
  assert.deepEqual(decodeCursor(encodeCursor(cursor)), cursor);
  assert.match(encodeCursor(cursor), /^[\w-]+$/);
});

test('any other text is no cursor', () => {
  const others = ['[1]', '["1","a"]', '[1,2]', '[1,"a",3]', '[1.5,"a"]', '{}', 'null', 'not json'];
  for (const text of ['', '%%%', 'AAAA', ...others.map((json) => Buffer.from(json).toString('base64url'))]) {
    assert.equal(decodeCursor(text), undefined, text);
  }
  assert.equal(decodeCursor(`${encodeCursor({ createdAt: 1, id: 'a' })}=`), undefined);
});
