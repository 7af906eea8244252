import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createNetwork, type NetworkPolicy, type StartRequest } from '../../src/index.ts';
import { createNames } from '../../src/network/names.ts';
import { run } from '../../src/processes/run.ts';
import { runInGuest } from '../fixtures/guest.ts';
import { type Machine, openMachine } from '../fixtures/machine.ts';
import { openOutside } from '../fixtures/outside.ts';

describe('egress policies', { timeout: 180_000 }, () => {
  let machine: Machine;
  let outside: Awaited<ReturnType<typeof openOutside>>;
  let guest: StartRequest;

  before(async () => {
    machine = await openMachine();
    outside = await openOutside();
    guest = await machine.boot('guest');
  });
  after(async () => {
    await machine?.close();
    await outside?.close();
  });

  async function reaches(address: string): Promise<boolean> {
    const get = `curl -sS --connect-timeout 3 --max-time 30 http://${address}:${outside.port}/`;
    const { code } = await runInGuest(guest.slot.guestAddress, get);
    assert.ok(code === 0 || code === 7 || code === 28, `curl ended with ${code}`);
    return code === 0;
  }

  const cases: [what: string, policy: (there: string, net: string) => NetworkPolicy, reached: boolean][] = [
    ['nothing is said', () => ({ internetAccess: true }), true],
    ['it is denied', (there) => ({ internetAccess: true, denyOut: [`${there}/32`] }), false],
    ['its network is denied', (_, net) => ({ internetAccess: true, denyOut: [net] }), false],
    ['all is denied', () => ({ internetAccess: true, denyOut: ['0.0.0.0/0'] }), false],
    [
      'all is denied and it is allowed',
      (there) => ({ internetAccess: true, denyOut: ['0.0.0.0/0'], allowOut: [`${there}/32`] }),
      true,
    ],
    ['another is denied', () => ({ internetAccess: true, denyOut: ['1.0.0.1/32'] }), true],
    ['only another is allowed', () => ({ internetAccess: true, allowOut: ['1.0.0.1/32'] }), false],
    ['only its network is allowed', (_, net) => ({ internetAccess: true, allowOut: [net] }), true],
    [
      'another is allowed and a third denied',
      () => ({ internetAccess: true, allowOut: ['1.0.0.1/32'], denyOut: ['1.0.0.2/32'] }),
      true,
    ],
    ['there is no internet', () => ({ internetAccess: false }), false],
    ['there is no internet but it', (there) => ({ internetAccess: false, allowOut: [`${there}/32`] }), true],
    [
      'there is no internet but another',
      () => ({ internetAccess: false, allowOut: ['1.0.0.1/32'], denyOut: ['1.0.0.2/32'] }),
      false,
    ],
  ];
  for (const [what, policyOf, reached] of cases) {
    it(`${reached ? 'let' : 'do not let'} a guest reach an address when ${what}`, async () => {
      const there = outside.addresses.public;
      await machine.network.setPolicy(guest.slot, policyOf(there, `${there.replace(/\.\d+$/, '.0')}/24`));
      assert.equal(await reaches(there), reached);
    });
  }

  it('never open what is closed to all', async () => {
    await machine.network.setPolicy(guest.slot, { internetAccess: true, allowOut: ['0.0.0.0/0'] });
    assert.equal(await reaches(outside.addresses.public), true);
    const closed = Object.entries(outside.addresses).filter(([name]) => name !== 'public');
    assert.ok(closed.length > 0);
    for (const [, address] of closed) assert.equal(await reaches(address as string), false, String(address));
  });

  it('are found again by another process, changed as a whole, and gone with the guest', async () => {
    const policy = {
      internetAccess: true,
      denyOut: ['1.0.0.0/24', '45.67.89.0/24'],
      allowOut: ['1.0.0.2/32'],
    };
    await machine.network.setPolicy(guest.slot, policy);
    const { installation, range } = machine;
    const later = createNetwork({ installation, range, preparedSlots: 0 });
    await later.setUp();
    try {
      await later.adopt(guest.slot.index, policy);
      assert.equal(await reaches(outside.addresses.public), false);
      await later.setPolicy(guest.slot, { internetAccess: true });
      // The whole ruleset is others' too, and cannot be read while they change it.
      const table = await run('nft', ['list', 'table', 'inet', createNames(installation).table]);
      const own = table.split('\n').filter((line) => line.includes(`${guest.slot.guestAddress} .`));
      assert.deepEqual(own, []);
      assert.equal(await reaches(outside.addresses.public), true);
    } finally {
      await later.close();
    }
  });
});
