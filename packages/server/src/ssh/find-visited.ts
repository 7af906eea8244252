import type { Context } from '../context.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import { endedSandbox, isGone, unknownSandbox } from '../sandboxes/ended.ts';
import { wakeSandbox } from '../snapshots/wake-sandbox.ts';
import type { SshAccess } from '../store/ssh/ssh-access.ts';

/**
 * The running instance that an access leads to. A paused sandbox that asked for it is resumed first.
 *
 * @throws {ApiError} `sandbox_not_found`, `sandbox_paused`, `sandbox_not_ready`, `host_unavailable`; what a resume throws.
 */
export async function findVisited(context: Context, access: SshAccess): Promise<LiveInstance> {
  const { executionId, sandboxId, tenantId } = access;
  const sandbox = await context.store.findExecution(executionId);
  if (!sandbox) throw unknownSandbox(sandboxId);
  if (isGone(sandbox) || sandbox.status === 'error') throw endedSandbox(sandbox);
  const { id } = await wakeSandbox(context, sandbox);
  return await context.finder.findLive({ tenantId, sandboxId: id });
}
