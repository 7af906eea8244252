import type { EgressGate, LookupGate, NetworkPolicy, Refusals } from '../engine.ts';
import type { Filter } from './filter/create-filter.ts';
import { createNameRules, type NameRules } from './name-rules.ts';
import type { Names } from './names.ts';
import { createPins } from './pins.ts';
import type { createPolicies } from './policies.ts';
import type { GuestRange } from './range.ts';
import { isPublic, type Reach, reachesAddress, reachOf } from './reach.ts';
import { createRefusalLog, type RefusalLog } from './refusal-log.ts';
import { egressUser } from './ruleset.ts';

/** What is known of a guest that has a slot. */
interface Guest {
  reach: Reach;
  names: NameRules;
  log: RefusalLog;
}

/** Addresses of one answer: those of more would not fit into a datagram. */
const MOST_ADDRESSES = 24;

/** What guests may reach, for all who let something of them through: packet filter, resolver and egress program. */
export function createGates(options: {
  names: Names;
  range: GuestRange;
  filter: Filter;
  policies: ReturnType<typeof createPolicies>;
}) {
  const { names, range, filter, policies } = options;
  const { table } = names;
  const guests = new Map<string, Guest>();
  const pins = createPins({ apply: filter.apply });
  let recheck: (guest: string) => Promise<void> = async () => {};

  /** In force for the resolver and new connections at once, for packets and open connections when it resolves. */
  async function set(address: string, policy: NetworkPolicy, refusals?: Refusals): Promise<void> {
    const before = guests.get(address);
    const reach = reachOf(policy);
    const guest = {
      reach,
      names: createNameRules(reach.names),
      log: before?.log ?? createRefusalLog(refusals && { before: refusals }),
    };
    guests.set(address, guest);
    const retained = pins.retain(address, guest.names.allows);
    try {
      await change(before?.reach, reach, () => policies.set(address, reach, retained));
    } catch (error) {
      if (before) guests.set(address, before);
      else guests.delete(address);
      throw error;
    }
    if (before && before.reach.names.length > 0) await recheck(address);
  }

  async function forget(address: string): Promise<void> {
    const before = guests.get(address);
    guests.delete(address);
    const retained = pins.retain(address, () => false);
    await change(before?.reach, undefined, () => policies.remove(address, retained));
    if (before && before.reach.names.length > 0) await recheck(address);
  }

  /** A change that pins may meet waits for those that are under way. */
  async function change(
    before: Reach | undefined,
    after: Reach | undefined,
    apply: () => Promise<void>,
  ): Promise<void> {
    const byName = [before, after].some((reach) => reach && reach.names.length > 0);
    await (byName ? pins.inTurn(apply) : apply());
  }

  const lookups: LookupGate = {
    decide(address, name) {
      const guest = guests.get(address);
      if (!guest || guest.reach.names.length === 0) return 'forward';
      if (guest.names.allows(name)) return 'pin';
      return guest.reach.closed ? 'refuse' : 'forward';
    },
    async pin(address, name, answer) {
      const open = answer.addresses.filter(isPublic).slice(0, MOST_ADDRESSES);
      const log = guests.get(address)?.log;
      for (const closed of answer.addresses.filter((one) => !isPublic(one)).slice(0, MOST_ADDRESSES)) {
        log?.add({ protocol: 'dns', address: closed, port: 0, name, reason: 'private_answer' });
      }
      const ttl = pins.secondsOf(answer.ttl);
      if (guests.get(address)?.names.allows(name) !== true) return { addresses: [], ttl };
      await pins.pin(address, name, open, ttl);
      return { addresses: open, ttl: Math.min(answer.ttl, ttl) };
    },
    refused(address, name) {
      const reason = guests.get(address)?.reach.offline ? 'no_internet' : 'name_not_allowed';
      guests.get(address)?.log.add({ protocol: 'dns', address: '', port: 0, name, reason });
    },
  };

  const egress: EgressGate = {
    address: range.resolver,
    // Two installations on one machine have logs of their own.
    logGroup: 1 + (Number.parseInt(names.installation, 36) % 65_535),
    user: egressUser,
    allows({ guest: address, address: to, name }, open) {
      const guest = guests.get(address);
      if (!guest) return false;
      if (reachesAddress(guest.reach, to)) return true;
      if (!isPublic(to) || !guest.names.allows(name)) return false;
      return open || pins.isPinned(address, to, name);
    },
    refused(address, refusal) {
      const guest = guests.get(address);
      const elsewhere = refusal.reason === 'name_not_allowed' && guest?.names.allows(refusal.name);
      guest?.log.add(elsewhere ? { ...refusal, reason: 'other_address' } : refusal);
    },
    async redirect(ports) {
      const rules = ports ? [`443 dnat ip to ${range.resolver}:${ports.tls}`] : [];
      if (ports) rules.push(`80 dnat ip to ${range.resolver}:${ports.http}`);
      const commands = [
        `flush chain inet ${table} to_egress`,
        ...rules.map((rule) => `add rule inet ${table} to_egress tcp dport ${rule}`),
      ];
      await filter.load(`${commands.join('\n')}\n`);
    },
    onChange(call) {
      recheck = call;
    },
  };

  return {
    set,
    forget,
    lookups,
    egress,
    mayResolve: (address: string): boolean => guests.get(address)?.reach.offline === false,
    refusals: (address: string): Refusals => guests.get(address)?.log.read() ?? { total: 0, latest: [] },
  };
}
