import { readdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Network, NetworkPolicy, Slot } from '../engine.ts';
import { NoSlotError } from '../errors.ts';
import { run } from '../processes/run.ts';
import { createFilter } from './filter/create-filter.ts';
import { createGates } from './gates.ts';
import { createNames } from './names.ts';
import type { NetworkOptions } from './options.ts';
import { createPolicies } from './policies.ts';
import { createPool } from './pool.ts';
import { parseRange } from './range.ts';
import { createRemover } from './remove-slots.ts';
import { createRuleset } from './ruleset.ts';
import { createShaper } from './shaping/create-shaper.ts';
import { probeShaping } from './shaping/probe.ts';
import { addressBatch, describeSlot, makeScript } from './slot-commands.ts';

/** Network slots of this machine. Constructing it changes nothing; see `setUp`. */
export function createNetwork(options: NetworkOptions): Network {
  const { installation, preparedSlots = 32, onError = () => {} } = options;
  const range = parseRange(options.range);
  const names = createNames(installation);
  /** Slots whose address and route stand, since no engine has used them yet. */
  const fresh = new Set<number>();
  const filter = createFilter({ table: names.table, program: options.filter, onError });
  const policies = createPolicies(names.table, filter);
  const gates = createGates({ names, range, filter, policies });
  const shaper = createShaper();
  let canShape = false;
  const slotOf = (index: number) => describeSlot(names, range, index);

  const removeSlot = createRemover();

  async function make(indexes: number[]): Promise<void> {
    try {
      await run('sh', ['-c', makeScript(indexes.map(slotOf))]);
      for (const index of indexes) fresh.add(index);
    } catch (error) {
      await Promise.all(indexes.map((index) => removeSlot(names.slot(index)).catch(onError)));
      throw error;
    }
  }

  async function remove(index: number): Promise<void> {
    fresh.delete(index);
    await removeSlot(names.slot(index));
    shaper.forget(index);
    await gates.forget(range.guest(index));
  }

  const pool = createPool({
    first: 1,
    end: range.slots,
    ready: preparedSlots,
    // About what is taken while some are made: no more instances start than processors and one.
    few: Math.min(preparedSlots / 4, availableParallelism() + 1),
    ...{ make, remove, onError },
  });

  async function loadRuleset(): Promise<void> {
    const load = (logGroup?: number) => filter.load(createRuleset(names, range, logGroup));
    try {
      await load(gates.egress.logGroup);
    } catch (error) {
      // Some small kernels have no log of packets (CONFIG_NETFILTER_NETLINK_LOG).
      await load();
      onError(error as Error);
    }
  }

  /** Indexes of all slots of which anything stands on the machine. */
  async function findSlots(): Promise<number[]> {
    const [namespaces, interfaces] = await Promise.all([
      readdir('/run/netns').catch((): string[] => []),
      readdir('/sys/class/net'),
    ]);
    const indexes = [...namespaces, ...interfaces].map((name) => names.indexOf(name));
    return [...new Set(indexes.filter((index) => index !== undefined))];
  }

  return {
    nameservers: [range.resolver],
    async setUp() {
      // First of all: no packet for a guest that is not there may leave the machine.
      await run('ip', ['route', 'replace', 'unreachable', range.cidr]);
      await run('ip', ['address', 'replace', `${range.resolver}/32`, 'dev', 'lo']);
      await loadRuleset();
      await policies.read();
      filter.start();
      await writeFile('/proc/sys/net/ipv4/ip_forward', '1');
      for (const index of await findSlots()) pool.take(index);
      await pool.fill();
    },
    async acquire(policy: NetworkPolicy): Promise<Slot> {
      const index = await pool.acquire();
      if (index === undefined)
        throw new NoSlotError(`All ${range.slots - 1} slots of ${range.cidr} are in use.`);
      try {
        await Promise.all([gates.set(range.guest(index), policy), shaper.set(slotOf(index), policy)]);
      } catch (error) {
        void pool.release(index).catch(onError);
        throw error;
      }
      return slotOf(index);
    },
    putOff: pool.putOff,
    async adopt(index, policy, refusals) {
      pool.take(index);
      fresh.delete(index);
      shaper.adopt(index);
      await Promise.all([gates.set(range.guest(index), policy, refusals), shaper.set(slotOf(index), policy)]);
      return slotOf(index);
    },
    async setPolicy(slot, policy) {
      const restore = await shaper.set(slot, policy);
      try {
        await gates.set(range.guest(slot.index), policy);
      } catch (error) {
        await restore();
        throw error;
      }
    },
    async prepare(slot) {
      // The engine takes address and route away, so what was prepared serves one start only.
      if (fresh.delete(slot.index)) return;
      await run('ip', ['-netns', slot.namespace, '-batch', '-'], { input: addressBatch(slot) });
    },
    async release(slot) {
      await pool.release(slot.index);
    },
    mayResolve(address) {
      const index = range.indexOf(address);
      return index !== undefined && pool.has(index) && gates.mayResolve(address);
    },
    lookups: gates.lookups,
    egress: gates.egress,
    refusals: (slot) => gates.refusals(slot.guestAddress),
    async probeShaping() {
      if (canShape) return undefined;
      const problem = await probeShaping();
      canShape = problem === undefined;
      return problem;
    },
    async close() {
      await Promise.all([pool.close(), filter.close()]);
    },
    async clean(keep) {
      // Where all goes, none may be made in place of those that are removed.
      if (keep.size === 0) await pool.close();
      const surplus = (await findSlots()).filter((index) => !keep.has(index) && !pool.isReady(index));
      await Promise.all(surplus.map(pool.release));
      if (keep.size > 0) return;
      await pool.drain();
      await filter.close();
      await filter.load(`table inet ${names.table}\ndelete table inet ${names.table}\n`);
      await run('ip', ['address', 'flush', 'dev', 'lo', 'to', `${range.resolver}/32`]);
      await run('ip', ['route', 'flush', 'exact', range.cidr, 'type', 'unreachable']);
    },
  };
}
