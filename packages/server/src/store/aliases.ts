import type { StoreContext } from './context.ts';
import type { Sandbox } from './records.ts';
import { toSandbox } from './sandbox-row.ts';

/** The sandbox that an id leads to which was given up by a resume. */
export async function followAlias(
  { db }: StoreContext,
  { id, tenantId }: { id: string; tenantId?: string },
): Promise<Sandbox | undefined> {
  const row = await db
    .selectFrom('sandbox_aliases')
    .innerJoin('sandboxes', 'sandboxes.execution_id', 'sandbox_aliases.execution_id')
    .selectAll('sandboxes')
    .where('sandbox_aliases.id', '=', id)
    .$if(tenantId !== undefined, (query) => query.where('sandbox_aliases.tenant_id', '=', tenantId!))
    .executeTakeFirst();
  return row && toSandbox(row);
}

/** The sandbox that an execution is now. */
export async function findExecution({ db }: StoreContext, executionId: string): Promise<Sandbox | undefined> {
  const row = await db
    .selectFrom('sandboxes')
    .selectAll()
    .where('execution_id', '=', executionId)
    .executeTakeFirst();
  return row && toSandbox(row);
}

/** The paused sandbox that is being resumed under that id. */
export async function findResuming({ db }: StoreContext, newId: string): Promise<Sandbox | undefined> {
  const row = await db
    .selectFrom('sandboxes')
    .selectAll()
    .where('resuming_as', '=', newId)
    .executeTakeFirst();
  return row && toSandbox(row);
}
