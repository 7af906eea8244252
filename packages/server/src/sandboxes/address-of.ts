import type { SandboxAddress } from './sandbox-finder.ts';

/** Address of the sandbox that a request names. */
export function addressOf(call: { tenantId: string; params: { sandbox_id: string } }): SandboxAddress {
  return { tenantId: call.tenantId, sandboxId: call.params.sandbox_id };
}
