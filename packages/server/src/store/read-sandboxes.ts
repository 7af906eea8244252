import type { StoreContext } from './context.ts';
import type { Sandbox } from './records.ts';
import { toSandbox } from './sandbox-row.ts';
import { liveStatuses, unfinishedStatuses } from './sandbox-status.ts';

export async function getSandbox(
  { db }: StoreContext,
  { tenantId, id }: { tenantId: string; id: string },
): Promise<Sandbox | undefined> {
  const row = await db
    .selectFrom('sandboxes')
    .selectAll()
    .where('id', '=', id)
    .where('tenant_id', '=', tenantId)
    .executeTakeFirst();
  return row && toSandbox(row);
}

export async function findSandbox({ db }: StoreContext, id: string): Promise<Sandbox | undefined> {
  const row = await db.selectFrom('sandboxes').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toSandbox(row);
}

export async function countLive(
  { db }: StoreContext,
  { tenantId }: { tenantId?: string } = {},
): Promise<number> {
  const { live } = await db
    .selectFrom('sandboxes')
    .select((build) => build.fn.countAll<number>().as('live'))
    .where('status', 'in', liveStatuses)
    .$if(tenantId !== undefined, (query) => query.where('tenant_id', '=', tenantId!))
    .executeTakeFirstOrThrow();
  return live;
}

export async function listUnfinished(
  { db }: StoreContext,
  { hostId }: { hostId?: string | null } = {},
): Promise<Sandbox[]> {
  const rows = await db
    .selectFrom('sandboxes')
    .selectAll()
    .where('status', 'in', unfinishedStatuses)
    .$if(hostId !== undefined, (query) =>
      hostId === null ? query.where('host_id', 'is', null) : query.where('host_id', '=', hostId!),
    )
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(toSandbox);
}
