import { Client } from '../client/client.ts';
import { pathId } from '../client/path-id.ts';
import { createBody } from './create-body.ts';
import type { CreateOptions } from './create-options.ts';
import { type Created, postCreate } from './post-create.ts';

const requestTimeoutMs = 120_000;

/** Creates a sandbox that takes commands at once. */
export async function createSandbox(options: CreateOptions): Promise<Created & { client: Client }> {
  const { signal } = options;
  signal?.throwIfAborted();
  const client = new Client(options, requestTimeoutMs);
  const key = options.idempotencyKey ?? crypto.randomUUID();
  const creation = postCreate(client, createBody(options), key);
  const created = signal ? await unlessAborted(creation, signal, client) : await creation;
  return { ...created, client };
}

/** An abandoned creation is followed to its end in the background, so that its sandbox does not stay unused. */
function unlessAborted(creation: Promise<Created>, signal: AbortSignal, client: Client): Promise<Created> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason);
      creation.then(({ info }) => client.send('DELETE', sandboxPath(info.id))).catch(() => {});
    };
    signal.addEventListener('abort', onAbort);
    creation.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

export function sandboxPath(id: string): string {
  return `/v1/sandboxes/${pathId('sandbox', id)}`;
}
