import type { NetworkPolicy as WirePolicy } from '@nullspace/contract';
import type { NetworkPolicy } from './types.ts';

const names = {
  allowPublicTraffic: 'allow_public_traffic',
  maskRequestHost: 'mask_request_host',
  denyOut: 'deny_out',
  allowOut: 'allow_out',
} as const satisfies Record<keyof NetworkPolicy, keyof WirePolicy>;

/** Unknown keys are passed on as they are, so that the server refuses them by name. */
export function writeNetwork(policy: NetworkPolicy): WirePolicy {
  return Object.fromEntries(
    Object.entries(policy).map(([name, value]) => [names[name as keyof NetworkPolicy] ?? name, value]),
  );
}

export function readNetwork(wire: WirePolicy): NetworkPolicy {
  const policy: NetworkPolicy = {};
  if (wire.allow_public_traffic !== undefined) policy.allowPublicTraffic = wire.allow_public_traffic;
  if (wire.mask_request_host !== undefined) policy.maskRequestHost = wire.mask_request_host;
  if (wire.deny_out !== undefined) policy.denyOut = wire.deny_out;
  if (wire.allow_out !== undefined) policy.allowOut = wire.allow_out;
  return policy;
}
