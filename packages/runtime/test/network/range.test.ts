import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createNetwork } from '../../src/index.ts';
import { parseRange } from '../../src/network/range.ts';

it('cuts a range into slots and keeps the first for the resolver', () => {
  const range = parseRange('10.200.0.0/16');
  assert.equal(range.slots, 16_384);
  assert.equal(range.resolver, '10.200.0.1');
  assert.equal(range.gateway(1), '10.200.0.5');
  assert.equal(range.guest(1), '10.200.0.6');
  assert.equal(range.guest(16_383), '10.200.255.254');
  assert.equal(range.indexOf('10.200.0.6'), 1);
  assert.equal(range.indexOf('10.201.0.6'), undefined);
  assert.equal(range.indexOf('::1'), undefined);
});

it('refuses what is no range, or is too small or too large', () => {
  for (const text of [
    '',
    '10.0.0.0',
    '10.0.0.1/16',
    '10.0.0.0/30',
    '10.0.0.0/7',
    '256.0.0.0/8',
    '10.0.0.0/16/1',
    'fd00::/64',
  ]) {
    assert.throws(() => parseRange(text), /guest range/, text);
  }
});

it('refuses a name of an installation that cannot be part of an interface name', () => {
  for (const installation of ['', 'Abc', 'toolong', 'a b', '*']) {
    assert.throws(() => createNetwork({ range: '10.200.0.0/16', installation }), /installation name/);
  }
});
