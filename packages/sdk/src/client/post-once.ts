import { SandboxError } from '../errors/sandbox-error.ts';
import { TransportFailure, type TransportResponse } from '../transport/transport.ts';
import type { Client, ClientCall } from './client.ts';
import { sleep } from './sleep.ts';

const attempts = 30;
const firstPauseMs = 500;
const longestPauseMs = 10_000;

/**
 * A POST that makes something, once. While it is unknown how far the server came (the connection broke, no answer
 * came, or the server says that it is finding out) the request is repeated with the same key, which is answered with
 * what the first one made.
 */
export async function postOnce(
  client: Client,
  path: string,
  idempotencyKey: string = crypto.randomUUID(),
  call: ClientCall = {},
): Promise<TransportResponse> {
  const headers = { ...call.headers, 'idempotency-key': idempotencyKey };
  for (let attempt = 1; ; attempt++) {
    try {
      return await client.send('POST', path, { ...call, headers });
    } catch (error) {
      if (attempt === attempts || !isOpen(error)) throw error;
      await sleep(Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)), call.signal);
    }
  }
}

/** Whether the request may have been carried out although the call failed. */
function isOpen(error: unknown): boolean {
  if (!(error instanceof SandboxError)) return false;
  if (error.code === 'transition_in_progress' || error.code === 'transition_recovery_required') return true;
  if (error.code === 'timeout') return true;
  return error.code === 'transport_error' && error.cause instanceof TransportFailure && error.cause.connected;
}
