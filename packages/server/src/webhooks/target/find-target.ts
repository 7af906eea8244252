import { isIP } from 'node:net';
import type { AddressRules } from './address-rules.ts';
import type { ResolveName } from './resolve-name.ts';

/** Addresses of one name that are looked at. */
const MOST_ADDRESSES = 16;

/** Why a target cannot be called. */
export class TargetError extends Error {
  readonly code: 'name_not_found' | 'target_refused';

  constructor(code: 'name_not_found' | 'target_refused', message: string) {
    super(message);
    this.code = code;
  }
}

/** How targets are judged. */
export interface TargetOptions {
  rules: AddressRules;
  resolve: ResolveName;
  signal: AbortSignal;
}

/**
 * The addresses of a URL's host. They must be connected to as they are: asking for the name once more could give
 * others.
 *
 * @throws {TargetError} when there are none, or one of them may not be called.
 */
export async function findTarget(url: URL, { rules, resolve, signal }: TargetOptions): Promise<string[]> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(host) ? [host] : (await resolve(host, signal)).slice(0, MOST_ADDRESSES);
  if (addresses.length === 0) {
    throw new TargetError('name_not_found', `The name ${host} has no address`);
  }
  if (addresses.every((address) => rules.allows(address))) return addresses;
  // The address of an inside name is nothing that a tenant should learn.
  const problem = isIP(host)
    ? `${host} is not a public address`
    : `The name ${host} leads to an address that is not public`;
  throw new TargetError('target_refused', problem);
}
