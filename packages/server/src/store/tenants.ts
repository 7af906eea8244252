import type { StoreContext } from './context.ts';
import type { Tenant } from './records.ts';
import type { TenantRow } from './schema.ts';
import { write } from './write.ts';

export async function createTenant(context: StoreContext, tenant: Tenant): Promise<Tenant> {
  await write(context, 'now', (transaction) =>
    transaction.insertInto('tenants').values(toRow(tenant)).execute(),
  );
  return tenant;
}

export async function ensureTenant(context: StoreContext, tenant: Tenant): Promise<Tenant> {
  const row = await write(context, 'now', async (transaction) => {
    await transaction
      .insertInto('tenants')
      .values(toRow(tenant))
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    return transaction
      .selectFrom('tenants')
      .selectAll()
      .where('name', '=', tenant.name)
      .executeTakeFirstOrThrow();
  });
  return toTenant(row);
}

export async function getTenant({ db }: StoreContext, id: string): Promise<Tenant | undefined> {
  const row = await db.selectFrom('tenants').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toTenant(row);
}

export async function listTenants({ db }: StoreContext): Promise<Tenant[]> {
  const rows = await db.selectFrom('tenants').selectAll().orderBy('created_at').orderBy('id').execute();
  return rows.map(toTenant);
}

function toTenant(row: TenantRow): Tenant {
  return { id: row.id, name: row.name, createdAt: row.created_at };
}

function toRow(tenant: Tenant): TenantRow {
  return { id: tenant.id, name: tenant.name, created_at: tenant.createdAt };
}
