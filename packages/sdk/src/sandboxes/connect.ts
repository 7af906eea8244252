import type { SandboxInfo as WireInfo } from '@nullspace/contract';
import { Client } from '../client/client.ts';
import { pathId } from '../client/path-id.ts';
import { SandboxError } from '../errors/sandbox-error.ts';
import type { ConnectOptions } from './connect-options.ts';
import { sandboxPath } from './create.ts';

const resumeTimeoutMs = 300_000;

/** Finds a sandbox by its id; one that is paused is resumed. */
export async function connectSandbox(
  id: string,
  options: ConnectOptions,
): Promise<{ info: WireInfo; client: Client }> {
  const client = new Client(options);
  const { signal } = options;
  let info = await client.json<WireInfo>('GET', sandboxPath(id), { signal });
  if (info.status === 'paused') {
    if (!info.snapshot_id) {
      throw new SandboxError(`Sandbox ${id} is paused, but the server names no snapshot to resume from.`, {
        code: 'missing_snapshot_id',
      });
    }
    const path = `/v1/sandboxes/${pathId('snapshot', info.snapshot_id)}/resume`;
    const requestTimeoutMs = options.requestTimeoutMs ?? resumeTimeoutMs;
    info = await client.json<WireInfo>('POST', path, { signal, requestTimeoutMs });
  }
  return { info, client };
}
