import type { StoreContext } from './context.ts';
import { rarestFirst } from './rarest-label.ts';
import type { SandboxStatus } from './records.ts';
import { metadataLabels, templateLabel } from './sandbox-labels.ts';
import { toSandbox } from './sandbox-row.ts';
import { unfinishedStatuses } from './sandbox-status.ts';
import type { Database } from './schema.ts';
import type { SandboxPage, SandboxQuery } from './store.ts';
import { StoreError } from './store-error.ts';

/** Pairs of metadata that one list may be filtered by. */
export const maxFilterPairs = 64;

export async function listSandboxes({ db }: StoreContext, query: SandboxQuery): Promise<SandboxPage> {
  const statuses = [...new Set(query.statuses ?? unfinishedStatuses)];
  if (statuses.length === 0) {
    return { items: [], next: undefined };
  }
  const labels = await rarestFirst(db, { tenantId: query.tenantId, labels: labelsOf(query) });
  const rows = await pageQuery(db, query, { statuses, labels }).execute();
  const items = rows.slice(0, query.limit).map(toSandbox);
  const last = items.at(-1);
  const next = rows.length > query.limit && last ? { createdAt: last.createdAt, id: last.id } : undefined;
  return { items, next };
}

/** Reads one page and the sandbox after it. Each status is one index range that is already in order. */
export function pageQuery(
  db: Database,
  query: SandboxQuery,
  { statuses, labels }: { statuses: SandboxStatus[]; labels: string[] },
) {
  const [first, ...rest] = statuses.map((status) => candidates(db, query, { status, labels }));
  const found = rest.reduce((all, more) => all.unionAll(more), first!);
  return db
    .selectFrom(found.as('found'))
    .innerJoin('sandboxes', 'sandboxes.id', 'found.id')
    .selectAll('sandboxes')
    .orderBy('found.created_at', 'desc')
    .orderBy('found.id', 'desc')
    .limit(query.limit + 1);
}

/** Labels that a sandbox must have to be in the list. */
export function labelsOf({ template, metadata = {} }: SandboxQuery): string[] {
  const pairs = metadataLabels(metadata);
  if (pairs.length > maxFilterPairs) {
    throw new StoreError('invalid_value', `A list can be filtered by at most ${maxFilterPairs} pairs.`);
  }
  return template === undefined ? pairs : [templateLabel(template), ...pairs];
}

function candidates(
  db: Database,
  query: SandboxQuery,
  { status, labels }: { status: SandboxStatus; labels: string[] },
) {
  const ordered = labels.length === 0 ? inState(db, query, status) : labelled(db, query, { status, labels });
  return db.selectFrom(ordered.as('ordered')).select(['ordered.id', 'ordered.created_at']);
}

function inState(db: Database, { tenantId, after, limit }: SandboxQuery, status: SandboxStatus) {
  return db
    .selectFrom('sandboxes')
    .select(['id', 'created_at'])
    .where('tenant_id', '=', tenantId)
    .where('status', '=', status)
    .$if(after !== undefined, (all) =>
      all.where((build) =>
        build(build.refTuple('created_at', 'id'), '<', build.tuple(after!.createdAt, after!.id)),
      ),
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1);
}

function labelled(
  db: Database,
  { tenantId, after, limit }: SandboxQuery,
  { status, labels }: { status: SandboxStatus; labels: string[] },
) {
  const [rarest, ...others] = labels;
  let query = db
    .selectFrom('sandbox_labels as rarest')
    .select(['rarest.sandbox_id as id', 'rarest.created_at'])
    .where('rarest.tenant_id', '=', tenantId)
    .where('rarest.label', '=', rarest!)
    .where('rarest.status', '=', status)
    .$if(after !== undefined, (all) =>
      all.where((build) =>
        build(
          build.refTuple('rarest.created_at', 'rarest.sandbox_id'),
          '<',
          build.tuple(after!.createdAt, after!.id),
        ),
      ),
    );
  for (const label of others) {
    // A scalar, since PostgreSQL would join `exists` with every sandbox that has the label before it sorts.
    query = query.where(
      (build) =>
        build
          .selectFrom('sandbox_labels as other')
          .select('other.label')
          .whereRef('other.sandbox_id', '=', 'rarest.sandbox_id')
          .where('other.label', '=', label),
      'is not',
      null,
    );
  }
  return query
    .orderBy('rarest.created_at', 'desc')
    .orderBy('rarest.sandbox_id', 'desc')
    .limit(limit + 1);
}
