import { networkInterfaces } from 'node:os';
import ipaddr from 'ipaddr.js';

/** A machine with many sandboxes has many interfaces: they are listed no more often. */
const OWN_ADDRESSES_MS = 60_000;

type Address = ReturnType<typeof ipaddr.process>;
type Network = [Address, number];

/** Which addresses webhooks may call. */
export interface AddressRules {
  allows(address: string): boolean;
}

/**
 * Public addresses are allowed, and the networks that the operator names. Refused are loopback, private, link-local
 * and every other reserved range in both families, however they are written, the guests' range, and the addresses of
 * this machine.
 */
export function createAddressRules(settings: {
  webhook_allow_ranges: string;
  guest_range: string;
}): AddressRules {
  const allowed = settings.webhook_allow_ranges
    .split(',')
    .filter((text) => text.trim() !== '')
    .map((text) => readNetwork(text.trim()));
  const guests = readNetwork(settings.guest_range);
  const own = rememberFor(OWN_ADDRESSES_MS, ownAddresses);
  return {
    allows(text) {
      if (!ipaddr.isValid(text)) return false;
      // An IPv4 address inside an IPv6 one counts as what it is.
      const address = ipaddr.process(text);
      if (allowed.some((network) => isIn(address, network))) return true;
      if (!isPublic(address) || isIn(address, guests)) return false;
      return !own().has(address.toString());
    },
  };
}

/** The part of IPv6 that is given out; the library calls unicast whatever it has no name for. */
const globalIpv6 = ipaddr.parseCIDR('2000::/3');

function isPublic(address: Address): boolean {
  return address.range() === 'unicast' && (address.kind() === 'ipv4' || isIn(address, globalIpv6));
}

function readNetwork(text: string): Network {
  return ipaddr.parseCIDR(text);
}

function isIn(address: Address, network: Network): boolean {
  return address.kind() === network[0].kind() && address.match(network);
}

function ownAddresses(): Set<string> {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return new Set(all.map(({ address }) => ipaddr.process(address).toString()));
}

function rememberFor<T>(ms: number, compute: () => T): () => T {
  let known: { value: T; until: number } | undefined;
  return () => {
    const now = Date.now();
    if (!known || known.until <= now) known = { value: compute(), until: now + ms };
    return known.value;
  };
}
