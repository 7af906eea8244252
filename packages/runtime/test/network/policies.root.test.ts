import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { propertyRun } from '../../../../test/harness/property-run.ts';
import {
  canonicalNetworks,
  createNetwork,
  type Network,
  type NetworkPolicy,
  type Slot,
} from '../../src/index.ts';
import { buildFilter } from '../fixtures/artifacts.ts';
import { chooseInstallation } from '../fixtures/machine.ts';
import {
  allows,
  listedRules,
  listedVerdict,
  openStretch,
  type Rules,
  resolves,
} from '../fixtures/policy-model.ts';
import { standingLimits } from '../fixtures/standing-limits.ts';

const program = fileURLToPath(new URL('../fixtures/change-policies.ts', import.meta.url));

const GUESTS = 20;
/** Changes of one program. */
const CHANGES = 50;

// Few addresses and networks, so that they meet: inside each other, side by side, and all of them.
const address = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 255 }))
  .map((parts) => `45.67.${parts.join('.')}`);
const entry = fc.oneof(
  { weight: 4, arbitrary: address },
  {
    weight: 4,
    arbitrary: fc.tuple(address, fc.integer({ min: 20, max: 32 })).map((parts) => parts.join('/')),
  },
  { weight: 1, arbitrary: fc.constant('0.0.0.0/0') },
);
const list = fc.option(
  fc.array(entry, { maxLength: 6 }).map((entries) => canonicalNetworks(entries)!),
  { nil: undefined },
);
const mbps = fc.constantFrom(0, 0, 1, 40, 2500);
const policy: fc.Arbitrary<NetworkPolicy> = fc
  .record({
    internetAccess: fc.boolean(),
    allowOut: list,
    denyOut: list,
    uploadMbps: mbps,
    downloadMbps: mbps,
  })
  .map(({ internetAccess, allowOut, denyOut, uploadMbps, downloadMbps }) => ({
    internetAccess,
    uploadMbps,
    downloadMbps,
    ...(allowOut ? { allowOut } : {}),
    ...(denyOut ? { denyOut } : {}),
  }));
const guest = fc.nat({ max: GUESTS - 1 });
const change = fc.oneof(
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('set' as const), guest, policy }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('leave' as const), guest }) },
  // The process is gone without a word, and the next one finds what it left.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('crash' as const) }) },
);
/** Addresses that packets are sent to in the end. */
const probes = fc.array(address, { minLength: 30, maxLength: 30 });

/** For ten times as many changes a long run has as much more time as its steps have. */
const timeout = process.env.NULLSPACE_TEST_LONG ? 5_400_000 : 900_000;

describe('policies of twenty guests', { timeout }, () => {
  const { installation, range } = chooseInstallation();
  const table = `nullspace_${installation}`;
  const open = async () => {
    const network = createNetwork({ installation, range, filter: await buildFilter(), preparedSlots: 0 });
    await network.setUp();
    return network;
  };
  let network: Network | undefined;
  afterEach(async () => {
    await network?.close();
    await network?.clean(new Set());
    network = undefined;
  });

  it('are in the packet filter what they are on paper, whatever changes, and after every crash', async (t) => {
    const stretch = await openStretch(installation, '45.67.0.0/22');
    t.after(() => stretch.close());
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: CHANGES, maxLength: CHANGES }),
        probes,
        async (changes, addresses) => {
          network ??= await open();
          const live = new Map<number, { slot: Slot; policy: NetworkPolicy }>();
          for (const step of changes) {
            if (step.kind === 'crash') {
              // Its programs are gone with it.
              await network.close();
              network = await open();
              for (const { slot, policy } of live.values()) await network.adopt(slot.index, policy);
              // With nobody to keep it would take the packet filter away as well.
              if (live.size > 0)
                await network.clean(new Set([...live.values()].map(({ slot }) => slot.index)));
            } else if (step.kind === 'leave') {
              const one = live.get(step.guest);
              if (one) await network.release(one.slot);
              live.delete(step.guest);
            } else {
              const one = live.get(step.guest);
              if (one) await network.setPolicy(one.slot, step.policy);
              const slot = one?.slot ?? (await network.acquire(step.policy));
              live.set(step.guest, { slot, policy: step.policy });
            }
            await expectAgreement([...live.values()], addresses);
            const changed = step.kind === 'crash' ? [...live.values()] : [live.get(step.guest)];
            for (const one of changed) await expectLimits(one);
          }
          for (const { slot, policy } of live.values()) {
            const reached = await stretch.reachedBy(slot, addresses);
            const expected = addresses.filter((each) => allows(policy, each));
            assert.deepEqual(reached, expected, JSON.stringify(policy));
          }
          for (const { slot } of live.values()) await network.release(slot);
          await expectAgreement([], addresses);
        },
      ),
      { ...propertyRun(t, { short: 4, long: 40 }), endOnFailure: true },
    );
  });

  it('are whole at every moment at which the process that changes them may be killed', async (t) => {
    network = await open();
    const slot = await network.acquire({ internetAccess: true });
    // Long ones: they do not fit into one write.
    const blocks = (second: number) =>
      Array.from({ length: 512 }, (_, place) => `45.${second + Math.floor(place / 256)}.${place % 256}.0/24`);
    const limits = [
      { uploadMbps: 1, downloadMbps: 0 },
      { uploadMbps: 0, downloadMbps: 40 },
      { uploadMbps: 20, downloadMbps: 2500 },
    ];
    const policies: NetworkPolicy[] = [
      { internetAccess: true, denyOut: blocks(60), ...limits[0] },
      { internetAccess: true, denyOut: ['0.0.0.0/0'], allowOut: blocks(62), ...limits[1] },
      { internetAccess: false, allowOut: blocks(64), ...limits[2] },
    ];
    const { numRuns } = propertyRun(t, { short: 8, long: 200 });
    for (let round = 0; round < numRuns; round++) {
      // In a process group of its own, so that the programs are known that outlive it.
      const filter = await buildFilter();
      const child = spawn(process.execPath, [program], {
        stdio: ['pipe', 'pipe', 'inherit'],
        detached: true,
      });
      child.stdin.end(JSON.stringify({ installation, range, index: slot.index, filter, policies }));
      await once(child.stdout, 'data');
      // Somewhere in the middle of the changes that it makes one after another.
      await sleep(Math.random() * 300);
      child.kill('SIGKILL');
      await once(child, 'exit');
      await groupIsGone(child.pid!);
      const rules = await listedRules(table);
      const whole = policies.some((policy) => isInForce(rules, slot.guestAddress, policy));
      assert.ok(whole, `round ${round} left a part of a policy`);
      await network.close();
      network = await open();
      const adopted = round % 3;
      await network.adopt(slot.index, policies[adopted]!);
      assert.ok(isInForce(await listedRules(table), slot.guestAddress, policies[adopted]!));
      assert.deepEqual(await standingLimits(slot.namespace), limits[adopted]);
    }
  });

  async function expectLimits(one: { slot: Slot; policy: NetworkPolicy } | undefined): Promise<void> {
    if (!one) return;
    const { uploadMbps, downloadMbps } = one.policy;
    assert.deepEqual(await standingLimits(one.slot.namespace), { uploadMbps, downloadMbps });
  }

  async function expectAgreement(
    live: { slot: Slot; policy: NetworkPolicy }[],
    addresses: string[],
  ): Promise<void> {
    const rules = await listedRules(table);
    for (const { slot, policy } of live) {
      for (const each of addresses)
        assert.equal(
          listedVerdict(rules, slot.guestAddress, each),
          allows(policy, each),
          `${JSON.stringify(policy)} for ${each}`,
        );
      assert.equal(network!.mayResolve(slot.guestAddress), resolves(policy), JSON.stringify(policy));
    }
    const known = new Set(live.map(({ slot }) => slot.guestAddress));
    assert.deepEqual(
      [...rules.guests].filter((each) => !known.has(each)),
      [],
      'rules of guests that are gone',
    );
  }
});

/** Whether this is what the packet filter does, as far as some addresses of all blocks tell. */
function isInForce(rules: Rules, guest: string, policy: NetworkPolicy): boolean {
  const addresses = [60, 61, 62, 63, 64, 65].flatMap((second) =>
    Array.from({ length: 32 }, (_, place) => `45.${second}.${place * 8 + 7}.1`),
  );
  return addresses.every((each) => listedVerdict(rules, guest, each) === allows(policy, each));
}

async function groupIsGone(group: number): Promise<void> {
  for (;;) {
    try {
      process.kill(-group, 0);
    } catch {
      return;
    }
    await sleep(5);
  }
}
