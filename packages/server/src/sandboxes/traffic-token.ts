import { randomBytes } from 'node:crypto';
import type { JsonValue, NewSandbox } from '../store/records.ts';

/** A new sandbox with the token that its previews ask for, when its policy says that its traffic is not public. */
export function withTrafficToken(sandbox: NewSandbox): NewSandbox {
  return isPrivate(sandbox.network ?? null) ? { ...sandbox, trafficToken: makeTrafficToken() } : sandbox;
}

/** Whether visitors need the traffic token of a sandbox with this policy. */
export function isPrivate(network: JsonValue): boolean {
  return (network as { allow_public_traffic?: boolean } | null)?.allow_public_traffic === false;
}

export const makeTrafficToken = () => `nst_${randomBytes(24).toString('base64url')}`;
