import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import { type HostClient, readHostError } from '@nullspace/host';
import { ApiError } from '../api-error.ts';
import type { HostLink } from './host-link.ts';

/** How long a request waits for a host that is away. */
export const HOST_PATIENCE_MS = 10_000;

/** True when a call did not reach the host or lost it, so that it may be repeated. */
export function isHostAway(error: unknown): boolean {
  const refusal = readHostError(error);
  if (refusal) return refusal.code === 'shutting_down';
  if (!(error instanceof ConnectError)) return false;
  return error.code === Code.Unavailable || error.code === Code.Aborted || hasSystemCause(error);
}

// A socket that is not there or breaks is named in the chain of causes only.
function hasSystemCause(error: Error): boolean {
  const seen = new Set<unknown>();
  for (let cause: unknown = error; cause instanceof Error && !seen.has(cause); cause = cause.cause) {
    seen.add(cause);
    if ('code' in cause && typeof cause.code === 'string' && /^E[A-Z]/.test(cause.code)) return true;
  }
  return false;
}

/**
 * Calls the host, again and again while it is away. Only for calls that may be repeated.
 *
 * @throws {ApiError} `host_unavailable` when the host is away for `patienceMs`.
 */
export async function callHost<Result>(
  link: HostLink,
  call: (client: HostClient) => Promise<Result>,
  { patienceMs = HOST_PATIENCE_MS } = {},
): Promise<Result> {
  let givingUpAt: number | undefined;
  for (;;) {
    try {
      return await call(link.client);
    } catch (error) {
      if (!isHostAway(error)) throw error;
      givingUpAt ??= Date.now() + patienceMs;
      const left = givingUpAt - Date.now();
      if (left <= 0) throw new ApiError('host_unavailable', {}, { retryAfterSecs: 1, cause: error });
      // The link may not have noticed yet that the host is away.
      await sleep(Math.min(50, left));
      await link.waitUntilConnected(givingUpAt - Date.now());
    }
  }
}
