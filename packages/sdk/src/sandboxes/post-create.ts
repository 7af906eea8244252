import type { CreateSandboxRequest, SandboxInfo as WireInfo } from '@nullspace/contract';
import { type Client, parseJson } from '../client/client.ts';
import { sleep } from '../client/sleep.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import { TransportFailure } from '../transport/transport.ts';

const attempts = 30;
const firstPauseMs = 500;
const longestPauseMs = 10_000;

export interface Created {
  info: WireInfo;
  /** Opaque value that spares the server a look-up when later calls carry it. */
  dispatchProof: string | undefined;
}

/**
 * Creates a sandbox. While it is unknown how far the server came (the connection broke, no answer came, or the server
 * says that it is finding out) the request is repeated with the same key, which answers with the same sandbox.
 */
export async function postCreate(
  client: Client,
  body: CreateSandboxRequest,
  idempotencyKey: string,
  signal?: AbortSignal,
): Promise<Created> {
  const headers = { 'idempotency-key': idempotencyKey };
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await client.send('POST', '/v1/sandboxes', { json: body, headers, signal });
      return {
        info: parseJson<WireInfo>(response, 'POST', '/v1/sandboxes'),
        dispatchProof: response.header('x-nullspace-dispatch-proof'),
      };
    } catch (error) {
      if (attempt === attempts || !isOpen(error)) throw error;
      await sleep(Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)), signal);
    }
  }
}

/** Whether the sandbox may exist although the call failed. */
function isOpen(error: unknown): boolean {
  if (!(error instanceof SandboxError)) return false;
  if (error.code === 'transition_in_progress' || error.code === 'transition_recovery_required') return true;
  if (error.code === 'timeout') return true;
  return error.code === 'transport_error' && error.cause instanceof TransportFailure && error.cause.connected;
}
