import { randomBytes } from 'node:crypto';
import type { NewSandbox } from '../store/records.ts';

/** A new sandbox with the token that its previews ask for, when its policy says that its traffic is not public. */
export function withTrafficToken(sandbox: NewSandbox): NewSandbox {
  const policy = sandbox.network as { allow_public_traffic?: boolean } | null;
  if (policy?.allow_public_traffic !== false) return sandbox;
  return { ...sandbox, trafficToken: `nst_${randomBytes(24).toString('base64url')}` };
}
