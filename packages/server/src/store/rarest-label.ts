import type { Database } from './schema.ts';

// Above this many rows a label counts as common, and which of two common ones is rarer does not matter.
const commonFrom = 5000;

/** The same labels with the one first that the fewest sandboxes of the tenant have: it is the one to walk along. */
export async function rarestFirst(
  db: Database,
  { tenantId, labels }: { tenantId: string; labels: string[] },
): Promise<string[]> {
  if (labels.length < 2) {
    return labels;
  }
  let rarest = labels[0]!;
  let fewest = commonFrom;
  for (const label of labels) {
    const rows = await countRows(db, { tenantId, label, limit: fewest });
    if (rows < fewest) {
      rarest = label;
      fewest = rows;
    }
  }
  return [rarest, ...labels.filter((label) => label !== rarest)];
}

async function countRows(
  db: Database,
  { tenantId, label, limit }: { tenantId: string; label: string; limit: number },
): Promise<number> {
  const { rows } = await db
    .selectFrom((build) =>
      build
        .selectFrom('sandbox_labels')
        .select('label')
        .where('tenant_id', '=', tenantId)
        .where('label', '=', label)
        .limit(limit)
        .as('some'),
    )
    .select((build) => build.fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow();
  return rows;
}
