import type { Settings } from '@nullspace/configuration';
import type { NetworkPolicy } from '@nullspace/contract';
import type { HostError } from '@nullspace/host';
import { ApiError } from '../api-error.ts';
import { atMost } from '../at-most.ts';

type Bandwidth = NetworkPolicy['bandwidth'];

export type BandwidthBounds = Pick<Settings, 'max_upload_mbps' | 'max_download_mbps'>;

/**
 * Refuses limits beyond what this server lets a sandbox have.
 *
 * @param prefix Of the fields' names in refusals.
 * @throws {ApiError} `invalid_request`
 */
export function checkBandwidth(bandwidth: Bandwidth, bounds: BandwidthBounds, prefix = ''): void {
  for (const way of ['upload_mbps', 'download_mbps'] as const) {
    const most = bounds[`max_${way}`];
    if (most > 0) atMost(`${prefix}bandwidth.${way}`, bandwidth?.[way] ?? 0, most);
  }
}

/** A policy after a change: of limits, what the change leaves out stays, and what is null goes. */
export function changePolicy(before: NetworkPolicy | null, change: NetworkPolicy): NetworkPolicy {
  const { bandwidth: former, ...rest } = { ...before, ...change, bandwidth: before?.bandwidth };
  const { bandwidth } = change;
  const next = bandwidth === null ? {} : { ...former, ...bandwidth };
  const limits = Object.entries(next).filter(([, value]) => typeof value === 'number');
  return { ...rest, ...(limits.length > 0 ? { bandwidth: Object.fromEntries(limits) } : {}) };
}

/** The host's refusal of limits, as the caller sees it. */
export function bandwidthUnsupported(refusal: HostError): ApiError {
  return new ApiError('bandwidth_unsupported', { problem: refusal.message }, { cause: refusal });
}
