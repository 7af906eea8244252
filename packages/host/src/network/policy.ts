import type { Settings } from '@nullspace/configuration';
import { canonicalName, canonicalNetworks, type NetworkPolicy } from '@nullspace/runtime';
import { refuse } from '../create/check-spec.ts';
import type { InstanceSpec } from '../instance/spec.ts';
import { type Bandwidth, readLimits } from './limits.ts';

/** Entries of one list. */
const MOST_ENTRIES = 512;

export type Policy = Pick<InstanceSpec, 'internet_access' | 'allow_out' | 'allow_names' | 'deny_out'> &
  Bandwidth;

/** What a guest may reach, and how fast, for its network. */
export function policyOf(policy: Policy): NetworkPolicy {
  return {
    internetAccess: policy.internet_access,
    allowOut: policy.allow_out,
    allowNames: policy.allow_names,
    denyOut: policy.deny_out,
    ...(policy.upload_mbps !== null && { uploadMbps: policy.upload_mbps }),
    ...(policy.download_mbps !== null && { downloadMbps: policy.download_mbps }),
  };
}

/** Whether two policies let a guest reach the same, as fast. */
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
  asked: {
    internetAccess: boolean;
    allowOut: string[];
    denyOut: string[];
    uploadMbps: number;
    downloadMbps: number;
  },
  settings: Pick<Settings, 'max_upload_mbps' | 'max_download_mbps'>,
  prefix = '',
): Policy {
  const allowField = `${prefix}allow_out`;
  requireFew(allowField, asked.allowOut);
  const isNetwork = (entry: string) => canonicalNetworks([entry]) !== undefined;
  return {
    internet_access: asked.internetAccess,
    allow_out: readNetworks(allowField, asked.allowOut.filter(isNetwork)),
    allow_names: readNames(
      allowField,
      asked.allowOut.filter((entry) => !isNetwork(entry)),
    ),
    deny_out: readNetworks(`${prefix}deny_out`, asked.denyOut),
    ...readLimits(asked, settings, prefix),
  };
}

function requireFew(field: string, entries: string[]): void {
  if (entries.length > MOST_ENTRIES)
    refuse(field, `has ${entries.length} entries; the most is ${MOST_ENTRIES}`);
}

function readNetworks(field: string, entries: string[]): string[] {
  requireFew(field, entries);
  return canonicalNetworks(entries) ?? refuse(field, 'must hold IPv4 addresses and networks only');
}

function readNames(field: string, entries: string[]): string[] {
  const names = entries.map(
    (entry) =>
      canonicalName(entry) ??
      refuse(field, `holds ${JSON.stringify(entry)}, which is no IPv4 address, network or host name`),
  );
  return [...new Set(names)].sort();
}
