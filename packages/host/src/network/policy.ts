import { canonicalNetworks, type NetworkPolicy } from '@nullspace/runtime';
import { refuse } from '../create/check-spec.ts';
import type { InstanceSpec } from '../instance/spec.ts';

/** Entries of one list. */
const MOST_ENTRIES = 512;

type Policy = Pick<InstanceSpec, 'internet_access' | 'allow_out' | 'deny_out'>;

/** What a guest may reach, for the packet filter. */
export function policyOf({ internet_access, allow_out, deny_out }: Policy): NetworkPolicy {
  return { internetAccess: internet_access, allowOut: allow_out, denyOut: deny_out };
}

/** Whether two policies let a guest reach the same. */
export function isSamePolicy(a: Policy, b: Policy): boolean {
  const text = (policy: Policy) => JSON.stringify(policyOf(policy));
  return text(a) === text(b);
}

/**
 * Reads a policy of a request.
 *
 * @param prefix Of the names of fields in refusals.
 * @throws {HostError} `invalid_request`
 */
export function readPolicy(
  asked: { internetAccess: boolean; allowOut: string[]; denyOut: string[] },
  prefix = '',
): Policy {
  return {
    internet_access: asked.internetAccess,
    allow_out: readNetworks(`${prefix}allow_out`, asked.allowOut),
    deny_out: readNetworks(`${prefix}deny_out`, asked.denyOut),
  };
}

function readNetworks(field: string, entries: string[]): string[] {
  if (entries.length > MOST_ENTRIES)
    refuse(field, `has ${entries.length} entries; the most is ${MOST_ENTRIES}`);
  return canonicalNetworks(entries) ?? refuse(field, 'must hold IPv4 addresses and networks only');
}
