import type { NetworkPolicy } from '@nullspace/contract';
import ipaddr from 'ipaddr.js';
import { invalidField } from '../api-error.ts';
import { faultOfHostName } from './host-name.ts';

/** Networks that no sandbox reaches, whatever its policy says; the host closes them by itself. */
const closedRanges = [
  'unspecified',
  'broadcast',
  'multicast',
  'linkLocal',
  'loopback',
  'carrierGradeNat',
  'private',
  'reserved',
  'benchmarking',
];

/**
 * Refuses entries that could not be kept as they are written.
 *
 * @param prefix Of the fields' names in refusals.
 * @throws {ApiError} `invalid_request` naming the entry.
 */
export function checkEgress(policy: Pick<NetworkPolicy, 'allow_out' | 'deny_out'>, prefix = ''): void {
  for (const list of ['allow_out', 'deny_out'] as const) {
    for (const [index, entry] of (policy[list] ?? []).entries()) {
      checkEntry(`${prefix}${list}[${index}]`, entry, list);
    }
  }
}

function checkEntry(field: string, entry: string, list: 'allow_out' | 'deny_out'): void {
  const [address = '', bits, ...more] = entry.split('/');
  const isAddress = ipaddr.IPv4.isValidFourPartDecimal(address) && !/(^|\.)0\d/.test(address);
  if (!isAddress) {
    if (ipaddr.IPv6.isValid(address))
      throw invalidField(field, 'sandboxes have no IPv6; give an IPv4 address or network');
    const isName = /[A-Za-z*]/.test(address) || /[^\x20-\x7e]/.test(address);
    if (list === 'deny_out' || !isName) {
      const names = isName ? '; host names may stand in allow_out alone' : '';
      throw invalidField(
        field,
        `${JSON.stringify(entry)} is no IPv4 address or network such as 1.1.1.0/24${names}`,
      );
    }
    const fault = faultOfHostName(entry);
    if (fault) throw invalidField(field, fault);
    return;
  }
  if (more.length > 0 || (bits !== undefined && !(/^(0|[1-9]\d?)$/.test(bits) && Number(bits) <= 32))) {
    throw invalidField(field, `${JSON.stringify(entry)} has no prefix length from 0 to 32`);
  }
  const closed = closedRanges.includes(ipaddr.IPv4.parse(address).range());
  if (list === 'allow_out' && closed && Number(bits ?? 32) >= 8) {
    throw invalidField(field, `${entry} is not public: no sandbox reaches private and special networks`);
  }
}
