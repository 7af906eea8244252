import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { NetworkPolicy } from '../../src/index.ts';
import { reachesAddress, reachOf } from '../../src/network/reach.ts';

const cases: [what: string, policy: NetworkPolicy, there: boolean][] = [
  ['nothing is said', { internetAccess: true }, true],
  ['it is denied', { internetAccess: true, denyOut: ['1.1.1.0/24'] }, false],
  [
    'it is denied and allowed',
    { internetAccess: true, denyOut: ['0.0.0.0/0'], allowOut: ['1.1.1.1/32'] },
    true,
  ],
  ['another is allowed', { internetAccess: true, allowOut: ['1.0.0.1/32'] }, false],
  [
    'another is allowed and denied',
    { internetAccess: true, allowOut: ['1.0.0.1/32'], denyOut: ['1.0.0.0/24'] },
    true,
  ],
  ['a name is allowed', { internetAccess: true, allowNames: ['a.test'] }, false],
  [
    'a name is allowed and another denied',
    { internetAccess: true, allowNames: ['a.test'], denyOut: ['1.0.0.0/24'] },
    true,
  ],
  ['there is no internet', { internetAccess: false }, false],
  [
    'there is no internet but it',
    { internetAccess: false, allowOut: ['1.1.1.0/24'], denyOut: ['0.0.0.0/0'] },
    true,
  ],
];
for (const [what, policy, there] of cases) {
  it(`${there ? 'reaches' : 'does not reach'} an address when ${what}`, () => {
    assert.equal(reachesAddress(reachOf(policy), '1.1.1.1'), there);
    assert.equal(reachesAddress(reachOf(policy), '10.1.1.1'), false);
  });
}

it('is closed when only what is allowed is reached', () => {
  const closed = (policy: Partial<NetworkPolicy>) => reachOf({ internetAccess: true, ...policy }).closed;
  assert.equal(closed({ allowNames: ['a.test'] }), true);
  assert.equal(closed({ allowNames: ['a.test'], denyOut: ['0.0.0.0/0'] }), true);
  assert.equal(closed({ allowNames: ['a.test'], denyOut: ['1.1.1.1/32'] }), false);
  assert.equal(reachOf({ internetAccess: false, allowNames: ['a.test'] }).offline, false);
});
