import type { SnapshotInfo as WireSnapshot } from '@nullspace/contract';
import { type Client, parseJson } from '../client/client.ts';
import type { CallOptions } from '../client/options.ts';
import { postOnce } from '../client/post-once.ts';
import { sandboxPath } from '../sandboxes/create.ts';
import { withPatience } from '../sandboxes/pause.ts';
import { readSnapshot } from './read-snapshot.ts';
import type { SnapshotInfo, SnapshotKind } from './types.ts';

export interface CreateSnapshotOptions extends CallOptions {
  /**
   * `memory` keeps processes, memory and disk, `filesystem` only the disk: sandboxes of it boot anew.
   * @default 'memory'
   */
  kind?: SnapshotKind;
  /** Your labels: JSON values; returned, and filterable in lists. @default {} */
  metadata?: Record<string, unknown>;
  /** Makes a repeated call answer with the same snapshot for 24 hours. @default a random one */
  idempotencyKey?: string;
}

/** Takes a snapshot of a running sandbox, which goes on. */
export async function createSnapshot(
  client: Client,
  id: string,
  { kind, metadata, idempotencyKey, ...call }: CreateSnapshotOptions,
): Promise<SnapshotInfo> {
  const path = `${sandboxPath(id)}/snapshots`;
  const json = kind === undefined && metadata === undefined ? undefined : { kind, metadata };
  const response = await postOnce(client, path, idempotencyKey, { ...withPatience(call), json });
  return readSnapshot(parseJson<WireSnapshot>(response, 'POST', path));
}
