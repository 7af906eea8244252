import type { NetworkPolicy } from '../engine.ts';
import { liesWithin } from './networks.ts';
import { closedNetworks } from './ruleset.ts';

/** What a policy means: what is allowed wins over what is denied, and alone it is all that is allowed. */
export interface Reach {
  /** Reaches nothing, the resolver neither. */
  offline: boolean;
  /** Reaches only what is allowed. */
  restricted: boolean;
  /** Nothing is reached but what is allowed, by whichever of the two lists. */
  closed: boolean;
  /** Networks in canonical form. */
  allowed: readonly string[];
  denied: readonly string[];
  /** Names in canonical form. */
  names: readonly string[];
}

export function reachOf({
  internetAccess,
  allowOut = [],
  denyOut = [],
  allowNames = [],
}: NetworkPolicy): Reach {
  const someAllowed = allowOut.length > 0 || allowNames.length > 0;
  const restricted = someAllowed && (!internetAccess || denyOut.length === 0);
  return {
    offline: !internetAccess && !someAllowed,
    restricted,
    closed: restricted || denyOut.includes('0.0.0.0/0'),
    allowed: allowOut,
    denied: denyOut,
    names: allowNames,
  };
}

/** Whether an address is one of the public internet. */
export function isPublic(address: string): boolean {
  return !liesWithin(address, closedNetworks);
}

/** Whether an address is reached for itself, whichever name it has. */
export function reachesAddress({ offline, restricted, allowed, denied }: Reach, address: string): boolean {
  if (offline || !isPublic(address)) return false;
  if (liesWithin(address, allowed)) return true;
  return !restricted && !liesWithin(address, denied);
}
