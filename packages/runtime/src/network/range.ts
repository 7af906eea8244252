import { RuntimeFailure } from '../errors.ts';
import { formatAddress, parseAddress } from './address.ts';

/** Addresses a slot takes: network, gateway, guest, broadcast. */
const SLOT_SIZE = 4;

/** Most slots, so that an interface's name fits into 15 characters. */
const MAX_SLOTS = 99_999;

/** The guest range, cut into point-to-point nets. Slot 0 is the host's own: its first address is the resolver. */
export interface GuestRange {
  /** In canonical CIDR form. */
  cidr: string;
  /** Number of slots, slot 0 included. */
  slots: number;
  /** Address on which the host answers guests' lookups. */
  resolver: string;
  /** Host's end of a slot. */
  gateway(index: number): string;
  /** Guest's end of a slot. */
  guest(index: number): string;
  /** Slot of an address in the range; undefined outside of it. */
  indexOf(address: string): number | undefined;
}

/** Parses a range such as "10.200.0.0/16"; throws when it is not one that can hold two slots. */
export function parseRange(text: string): GuestRange {
  const [address = '', length = '', ...more] = text.split('/');
  const base = parseAddress(address);
  const bits = /^\d{1,2}$/.test(length) ? Number(length) : Number.NaN;
  if (more.length > 0 || base === undefined || !(bits >= 8 && bits <= 29) || base % 2 ** (32 - bits) !== 0) {
    throw new RuntimeFailure(
      `The guest range ${JSON.stringify(text)} is no IPv4 network of prefix length 8 to 29, such as 10.200.0.0/16.`,
    );
  }
  const slots = Math.min(2 ** (32 - bits) / SLOT_SIZE, MAX_SLOTS + 1);
  return {
    cidr: `${formatAddress(base)}/${bits}`,
    slots,
    resolver: formatAddress(base + 1),
    gateway: (index) => formatAddress(base + index * SLOT_SIZE + 1),
    guest: (index) => formatAddress(base + index * SLOT_SIZE + 2),
    indexOf(candidate) {
      const value = parseAddress(candidate);
      if (value === undefined) return undefined;
      const index = Math.floor((value - base) / SLOT_SIZE);
      return index >= 0 && index < slots ? index : undefined;
    },
  };
}
