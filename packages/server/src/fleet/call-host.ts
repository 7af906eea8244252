import { setTimeout as sleep } from 'node:timers/promises';
import { Code, ConnectError } from '@connectrpc/connect';
import { type HostClient, readHostError } from '@nullspace/host';
import { ApiError } from '../api-error.ts';
import { type HostLink, SilentHostError } from './host-link.ts';

/** How long a request waits for a host that is away. */
export const HOST_PATIENCE_MS = 10_000;

/** True when a call did not reach the host or lost it, so that it may be repeated. */
export function isHostAway(error: unknown): boolean {
  if (error instanceof SilentHostError) return true;
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
      return await link.whileHeard(call(link.client));
    } catch (error) {
      if (!isHostAway(error)) throw error;
      givingUpAt ??= Date.now() + patienceMs;
      const left = givingUpAt - Date.now();
      if (left <= 0) throw hostUnavailable(error);
      // The link may not have noticed yet that the host is away.
      await sleep(Math.min(50, left));
      const isBack = await link.waitUntilConnected(givingUpAt - Date.now());
      // Asked again, it would say as little.
      if (error instanceof SilentHostError && !isBack) throw hostUnavailable(error);
    }
  }
}

/**
 * A question that the host answers at once, or it is not at work.
 *
 * @throws {ApiError} `host_unavailable` also when it takes longer than `patienceMs`.
 */
export async function askHost<Result>(
  link: HostLink,
  ask: (client: HostClient, options: { timeoutMs: number }) => Promise<Result>,
  { patienceMs = HOST_PATIENCE_MS } = {},
): Promise<Result> {
  try {
    return await callHost(link, (client) => ask(client, { timeoutMs: patienceMs }), { patienceMs });
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.DeadlineExceeded) throw hostUnavailable(error);
    throw error;
  }
}

function hostUnavailable(cause: unknown): ApiError {
  return new ApiError('host_unavailable', {}, { retryAfterSecs: 1, cause });
}
