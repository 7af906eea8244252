import { buildErrorEnvelope, type ForkResult } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import { presentSandbox } from '../sandboxes/present-sandbox.ts';
import type { Sandbox } from '../store/records.ts';

/** What became of one child. */
export type ForkedChild = { sandbox: Sandbox } | { error: ApiError };

/** A child as the answer to a fork with `count` shows it. */
export function presentChild(child: ForkedChild, requestId: string): ForkResult {
  if ('sandbox' in child) return { sandbox: presentSandbox(child.sandbox) };
  const { code, message, details } = child.error;
  return { error: buildErrorEnvelope({ code, message, requestId, ...(details ? { details } : {}) }).error };
}

/** True for a child of an interrupted fork that did not come up. */
export function isInterrupted(child: Sandbox): boolean {
  return child.status === 'error' || child.status === 'destroyed';
}

/** A child of a fork whose server died before it could answer. */
export function presentForked(child: Sandbox): ForkResult {
  if (!isInterrupted(child)) return presentChild({ sandbox: child }, '');
  const problem = child.message ?? 'the child did not come up';
  const details = { sandbox_id: child.sourceId ?? child.id };
  return presentChild({ error: new ApiError('fork_failed', { ...details, problem }, { details }) }, '');
}
