import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { PreviewTokens } from '../../src/preview/tokens.ts';

describe('tokens of previews', () => {
  const tokens = new PreviewTokens('secret');
  const claims = { subject: 'pvg_abc', kind: 'http', expiresAt: 1_700_000_000_000 } as const;

  test('say what was put in, and are the same each time', () => {
    const token = tokens.make(claims);
    assert.deepEqual(tokens.read(token), claims);
    assert.equal(tokens.make(claims), token);
  });

  test('of another secret, changed, cut or grown are none', () => {
    const token = tokens.make(claims);
    assert.equal(new PreviewTokens('other').read(token), undefined);
    for (let at = 0; at < token.length; at++) {
      const changed = token.slice(0, at) + (token[at] === 'x' ? 'y' : 'x') + token.slice(at + 1);
      assert.equal(tokens.read(changed), undefined, changed);
    }
    for (const text of ['', '.', token.slice(1), `${token}a`, `${token}.`, token.toUpperCase()]) {
      assert.equal(tokens.read(text), undefined, text);
    }
  });
});
