import type { NetworkPolicy as WirePolicy } from '@nullspace/contract';
import type { Bandwidth, NetworkPolicy } from './types.ts';

const names = {
  allowPublicTraffic: 'allow_public_traffic',
  maskRequestHost: 'mask_request_host',
  denyOut: 'deny_out',
  allowOut: 'allow_out',
  bandwidth: 'bandwidth',
} as const satisfies Record<keyof NetworkPolicy, keyof WirePolicy>;

const limits = {
  uploadMbps: 'upload_mbps',
  downloadMbps: 'download_mbps',
} as const satisfies Record<keyof Bandwidth, keyof NonNullable<WirePolicy['bandwidth']>>;

/** Unknown keys are passed on as they are, so that the server refuses them by name. */
export function writeNetwork(policy: NetworkPolicy): WirePolicy {
  const { bandwidth, ...rest } = policy;
  return {
    ...rename(rest, names),
    ...(bandwidth === undefined ? {} : { bandwidth: writeBandwidth(bandwidth) }),
  };
}

export function writeBandwidth(bandwidth: Bandwidth | null): WirePolicy['bandwidth'] {
  return bandwidth && rename(bandwidth, limits);
}

function rename(fields: object, to: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [to[name] ?? name, value]));
}

export function readNetwork(wire: WirePolicy): NetworkPolicy {
  const policy: NetworkPolicy = {};
  if (wire.allow_public_traffic !== undefined) policy.allowPublicTraffic = wire.allow_public_traffic;
  if (wire.mask_request_host !== undefined) policy.maskRequestHost = wire.mask_request_host;
  if (wire.deny_out !== undefined) policy.denyOut = wire.deny_out;
  if (wire.allow_out !== undefined) policy.allowOut = wire.allow_out;
  if (wire.bandwidth) {
    const { upload_mbps: uploadMbps, download_mbps: downloadMbps } = wire.bandwidth;
    policy.bandwidth = {
      ...(typeof uploadMbps === 'number' && { uploadMbps }),
      ...(typeof downloadMbps === 'number' && { downloadMbps }),
    };
  }
  return policy;
}
