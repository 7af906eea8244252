import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson } from '../../src/store/canonical-json.ts';

test('equal values give equal text', () => {
  assert.equal(
    canonicalJson({ b: [1, { d: null, c: 'ä' }], a: true }),
    '{"a":true,"b":[1,{"c":"ä","d":null}]}',
  );
  assert.equal(canonicalJson({ a: 1, b: 2 }), canonicalJson({ b: 2, a: 1 }));
});

test('a key that names the prototype is a key like others', () => {
  assert.equal(canonicalJson(JSON.parse('{"__proto__": 1}')), '{"__proto__":1}');
});

test('refuses what nests too deep', () => {
  assert.throws(() => canonicalJson(JSON.parse('['.repeat(65) + ']'.repeat(65))), { code: 'invalid_value' });
  assert.equal(canonicalJson(JSON.parse('['.repeat(64) + ']'.repeat(64))).length, 128);
});
