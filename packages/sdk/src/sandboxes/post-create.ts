import type { CreateSandboxRequest, SandboxInfo as WireInfo } from '@nullspace/contract';
import { type Client, parseJson } from '../client/client.ts';
import { postOnce } from '../client/post-once.ts';

export interface Created {
  info: WireInfo;
  /** Opaque value that spares the server a look-up when later calls carry it. */
  dispatchProof: string | undefined;
}

/** Creates a sandbox; the same key is answered with the same sandbox. */
export async function postCreate(
  client: Client,
  body: CreateSandboxRequest,
  idempotencyKey: string,
): Promise<Created> {
  const response = await postOnce(client, '/v1/sandboxes', idempotencyKey, { json: body });
  return {
    info: parseJson<WireInfo>(response, 'POST', '/v1/sandboxes'),
    dispatchProof: response.header('x-nullspace-dispatch-proof'),
  };
}
