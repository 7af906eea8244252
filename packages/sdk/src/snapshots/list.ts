import type { SnapshotDetail as WireDetail } from '@nullspace/contract';
import type { Client } from '../client/client.ts';
import type { CallOptions } from '../client/options.ts';
import { type Page, Paginator } from '../client/paginator.ts';
import { queryString } from '../client/query.ts';
import { detailFields, readDetail } from './read-snapshot.ts';
import type { SnapshotDetail } from './types.ts';

/** Which snapshots a list holds. */
export interface SnapshotQuery {
  /** Snapshots taken from this sandbox. @default all */
  sandboxId?: string;
  /** Snapshots whose metadata has all of these pairs. @default all */
  metadata?: Record<string, unknown>;
}

export interface ListSnapshotsOptions extends SnapshotQuery, CallOptions {
  /** Snapshots a page, 1 to 1000. @default 100 */
  limit?: number;
  /** `nextToken` of an earlier list, to go on after its page. */
  nextToken?: string;
}

interface WirePage {
  items: WireDetail[];
  next_token?: string | null;
}

/** Fetches the first page of the account's snapshots. */
export async function listSnapshots(
  client: Client,
  { sandboxId, metadata, limit = 100, nextToken, ...call }: ListSnapshotsOptions,
): Promise<Paginator<SnapshotDetail>> {
  const parameters = {
    sandbox_id: sandboxId,
    metadata: metadata && Object.keys(metadata).length > 0 ? JSON.stringify(metadata) : undefined,
    limit,
    fields: detailFields.join(','),
  };
  const fetch = async (token: string | undefined): Promise<Page<SnapshotDetail>> => {
    const path = `/v1/snapshots${queryString({ ...parameters, next_token: token })}`;
    const answer = await client.json<WirePage | WireDetail[]>('GET', path, call);
    const { items, next_token } = Array.isArray(answer) ? { items: answer, next_token: null } : answer;
    return { items: items.map(readDetail), nextToken: next_token || undefined };
  };
  return new Paginator(await fetch(nextToken), fetch);
}
