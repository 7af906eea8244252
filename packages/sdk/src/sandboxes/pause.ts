import type { SandboxInfo as WireInfo, SnapshotInfo as WireSnapshot } from '@nullspace/contract';
import type { Client } from '../client/client.ts';
import type { CallOptions } from '../client/options.ts';
import { pathId } from '../client/path-id.ts';
import { sandboxPath } from './create.ts';

/** Saving and loading take as long as the memory is large. */
export const stateTimeoutMs = 300_000;

/** Saves memory and disk, ends the instance; the sandbox is `paused` then. */
export function pauseSandbox(client: Client, id: string, call: CallOptions): Promise<WireSnapshot> {
  return client.json('POST', `${sandboxPath(id)}/hibernate`, withPatience(call));
}

/** Starts a sandbox from a snapshot; of a pause always the same one. */
export function resumeSnapshot(client: Client, snapshotId: string, call: CallOptions): Promise<WireInfo> {
  const path = `/v1/sandboxes/${pathId('snapshot', snapshotId)}/resume`;
  return client.json('POST', path, withPatience(call));
}

/** The call's own bound on silence, else that for calls which save or load a sandbox. */
export function withPatience({ signal, requestTimeoutMs = stateTimeoutMs }: CallOptions): CallOptions {
  return { signal, requestTimeoutMs };
}
