import assert from 'node:assert/strict';
import { it } from 'node:test';
import { canonicalName, createNameRules } from '../../src/network/name-rules.ts';

it('allows exact names, and those below a wildcard at any depth', () => {
  const rules = createNameRules(['api.example.com', '*.cdn.example.com', '*.org']);
  for (const name of ['api.example.com', 'a.cdn.example.com', 'a.b.cdn.example.com', 'x.org']) {
    assert.equal(rules.allows(name), true, name);
  }
  const others = ['example.com', 'cdn.example.com', 'xapi.example.com', 'api.example.com.evil.test', 'org'];
  for (const name of [...others, 'evilcdn.example.com', '', '.cdn.example.com', '*.example.com', '.org']) {
    assert.equal(rules.allows(name), false, name);
  }
  assert.equal(createNameRules([]).allows('api.example.com'), false);
});

it('gives names one form, and refuses what is none', () => {
  assert.equal(canonicalName('API.Example.COM.'), 'api.example.com');
  assert.equal(canonicalName('*.Example.com'), '*.example.com');
  assert.equal(canonicalName('_dmarc.xn--bcher-kva.test'), '_dmarc.xn--bcher-kva.test');
  const bad = ['', '.', '*', '*.', 'localhost', 'a..b', '.a.b', '-a.b', 'a-.b', 'a.*.b', '**.a.b', 'a b.c'];
  for (const text of [
    ...bad,
    '1.2.3.4',
    'a.1',
    'bücher.test',
    `${'a'.repeat(64)}.b`,
    `${'a.'.repeat(140)}b`,
  ]) {
    assert.equal(canonicalName(text), undefined, text);
  }
});
