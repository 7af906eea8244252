import type { Network, NetworkPolicy, Refusals, Slot } from '../engine.ts';
import { NoSlotError } from '../errors.ts';
import { parseRange } from '../network/range.ts';

export interface FakeNetworkOptions {
  /** @default "10.200.0.0/16" */
  range?: string;
  /** Slots in use, shared by networks that stand for consecutive processes on one machine. @default none */
  slots?: Map<number, NetworkPolicy>;
  /** What is refused by slot, for tests to say. @default none */
  refusals?: Map<number, Refusals>;
}

/** Slots that lead nowhere, for tests of what stands above the network. */
export function createFakeNetwork(options: FakeNetworkOptions = {}): Network {
  const { slots = new Map<number, NetworkPolicy>(), refusals = new Map<number, Refusals>() } = options;
  const range = parseRange(options.range ?? '10.200.0.0/16');
  const slotOf = (index: number): Slot => ({
    index,
    namespace: `fake-${index}`,
    guestAddress: range.guest(index),
    gatewayAddress: range.gateway(index),
    prefixLength: 30,
    guestInterface: 'eth0',
  });
  return {
    nameservers: [range.resolver],
    mayResolve(address) {
      const index = range.indexOf(address);
      return index !== undefined && slots.get(index)?.internetAccess === true;
    },
    lookups: { decide: () => 'forward', pin: async (_guest, _name, answer) => answer, refused() {} },
    egress: {
      address: range.resolver,
      logGroup: 0,
      user: 0,
      allows: () => false,
      refused() {},
      async redirect() {},
      onChange() {},
    },
    refusals: ({ index }) => refusals.get(index) ?? { total: 0, latest: [] },
    probeShaping: async () => undefined,
    async setUp() {},
    putOff() {},
    async acquire(policy) {
      for (let index = 1; index < range.slots; index++) {
        if (slots.has(index)) continue;
        slots.set(index, policy);
        return slotOf(index);
      }
      throw new NoSlotError(`All ${range.slots - 1} slots of ${range.cidr} are in use.`);
    },
    async adopt(index, policy, seen) {
      slots.set(index, policy);
      if (seen) refusals.set(index, seen);
      else refusals.delete(index);
      return slotOf(index);
    },
    async setPolicy({ index }, policy) {
      slots.set(index, policy);
    },
    async prepare() {},
    async release(slot) {
      slots.delete(slot.index);
      refusals.delete(slot.index);
    },
    async close() {},
    async clean(keep) {
      for (const index of [...slots.keys()]) if (!keep.has(index)) slots.delete(index);
    },
  };
}
