import { type ListSnapshotsQuery, limits, snapshotFields } from '@nullspace/contract';
import type { Context } from '../context.ts';
import { readCursor, readMetadataFilter } from '../sandboxes/list-sandboxes.ts';
import { project, readFields } from '../sandboxes/project-fields.ts';
import { encodeCursor } from '../store/cursor.ts';
import { detailSnapshot, presentSnapshot } from './present-snapshot.ts';

type Query = Omit<ListSnapshotsQuery, 'limit'> & { limit?: number | undefined };

/** A tenant's snapshots, newest first: all of them as an array, or one page when a page is asked for. */
export async function listSnapshots(context: Context, tenantId: string, query: Query) {
  const { limit, next_token, sandbox_id: sandboxId } = query;
  const fields = readFields(query.fields, snapshotFields);
  const metadata = query.metadata === undefined ? undefined : readMetadataFilter(query.metadata);
  const filter = { tenantId, sandboxId, metadata };
  const paged = limit !== undefined || next_token !== undefined;
  let after = next_token ? readCursor(next_token) : undefined;
  const items: object[] = [];
  for (;;) {
    const pageSize = limit ?? limits.list_limit_default;
    const page = await context.store.listSnapshots({ ...filter, limit: pageSize, after });
    for (const snapshot of page.items) {
      items.push(fields ? project(detailSnapshot(snapshot), fields) : presentSnapshot(snapshot));
    }
    if (paged) {
      const next = page.next ? encodeCursor(page.next) : null;
      return { items: items as Record<string, unknown>[], next_token: next, has_next: next !== null };
    }
    if (!page.next) return items as Record<string, unknown>[];
    after = page.next;
  }
}
