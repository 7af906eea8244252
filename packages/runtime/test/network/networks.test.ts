import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { canonicalNetworks, closedNetworks, liesWithin } from '../../src/index.ts';

describe('networks of a policy', () => {
  it('are written in one way, without those inside others', () => {
    assert.deepEqual(canonicalNetworks(['1.1.1.1', '1.1.1.0/24', '8.8.8.8/32', '1.1.1.200']), [
      '1.1.1.0/24',
      '8.8.8.8/32',
    ]);
    assert.deepEqual(canonicalNetworks(['9.9.9.9', '0.0.0.0/0']), ['0.0.0.0/0']);
    assert.deepEqual(canonicalNetworks(['10.1.2.3/8']), ['10.0.0.0/8']);
    assert.deepEqual(canonicalNetworks([]), []);
  });

  it('are none when they are spelled in another way', () => {
    for (const entry of [
      '1.1.1',
      '1.1.1.01',
      '0x1.1.1.1',
      '16843009',
      '1.1.1.1/33',
      '1.1.1.1/',
      '::1',
      '',
      '1.1.1.1 ',
      'a',
    ]) {
      assert.equal(canonicalNetworks([entry]), undefined, entry);
    }
  });

  it('lie inside closed ones or not', () => {
    assert.equal(liesWithin('10.1.0.0/16', closedNetworks), true);
    assert.equal(liesWithin('169.254.169.254/32', closedNetworks), true);
    assert.equal(liesWithin('0.0.0.0/0', closedNetworks), false);
    assert.equal(liesWithin('1.1.1.1/32', closedNetworks), false);
  });
});
