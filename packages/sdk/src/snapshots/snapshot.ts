import type { SnapshotDetail as WireDetail } from '@nullspace/contract';
import { Client } from '../client/client.ts';
import type { CallOptions, ClientOptions } from '../client/options.ts';
import type { Paginator } from '../client/paginator.ts';
import { pathId } from '../client/path-id.ts';
import { queryString } from '../client/query.ts';
import { type ListSnapshotsOptions, listSnapshots } from './list.ts';
import { detailFields, readDetail } from './read-snapshot.ts';
import type { SnapshotDetail } from './types.ts';

/**
 * The snapshots of the account. Take one with `sandbox.createSnapshot`, start from it with
 * `Sandbox.create({ snapshotId })` or `Sandbox.resume`.
 */
export class Snapshot {
  private constructor() {}

  /** Snapshots, newest first; with `sandboxId` those of one sandbox. */
  static list({
    sandboxId,
    metadata,
    limit,
    nextToken,
    signal,
    ...client
  }: ListSnapshotsOptions & ClientOptions = {}): Promise<Paginator<SnapshotDetail>> {
    return listSnapshots(new Client(client), { sandboxId, metadata, limit, nextToken, signal });
  }

  /** @throws NotFoundError when there is none of this id. */
  static async get(id: string, options: ClientOptions & CallOptions = {}): Promise<SnapshotDetail> {
    const { signal } = options;
    const path = snapshotPath(id) + queryString({ fields: detailFields.join(',') });
    return readDetail(await new Client(options).json<WireDetail>('GET', path, { signal }));
  }

  /**
   * Deletes a snapshot and frees its disk.
   * @throws ConflictError `snapshot_in_use` while a paused sandbox needs it: delete that one. NotFoundError when
   * there is none of this id.
   */
  static async delete(id: string, options: ClientOptions & CallOptions = {}): Promise<void> {
    const { signal } = options;
    await new Client(options).send('DELETE', snapshotPath(id), { signal });
  }
}

function snapshotPath(id: string): string {
  return `/v1/snapshots/${pathId('snapshot', id)}`;
}
