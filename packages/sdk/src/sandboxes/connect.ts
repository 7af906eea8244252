import type { SandboxInfo as WireInfo } from '@nullspace/contract';
import { Client } from '../client/client.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import type { ConnectOptions } from './connect-options.ts';
import { sandboxPath } from './create.ts';
import { resumeSnapshot } from './pause.ts';

/** Finds a sandbox by its id; one that is paused is resumed unless that is not wanted. */
export async function connectSandbox(
  id: string,
  options: ConnectOptions,
): Promise<{ info: WireInfo; client: Client }> {
  const client = new Client(options);
  const { signal, requestTimeoutMs } = options;
  const info = await client.json<WireInfo>('GET', sandboxPath(id), { signal });
  if (info.status !== 'paused' || options.resume === false) return { info, client };
  if (!info.snapshot_id) {
    throw new SandboxError(`Sandbox ${id} is paused, but the server names no snapshot to resume from.`, {
      code: 'missing_snapshot_id',
    });
  }
  return { info: await resumeSnapshot(client, info.snapshot_id, { signal, requestTimeoutMs }), client };
}
