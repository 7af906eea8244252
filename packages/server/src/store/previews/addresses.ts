import type { StoreContext } from '../context.ts';
import { lockTenant } from '../insert-sandbox.ts';
import { finalStatuses } from '../sandbox-status.ts';
import type { PreviewAddressRow } from '../schema.ts';
import { write } from '../write.ts';
import type { PreviewAddress } from './preview.ts';

interface Key {
  executionId: string;
  port: number;
}

export async function insertPreviewAddress(
  context: StoreContext,
  address: PreviewAddress,
  { max }: { max: number },
): Promise<{ address: PreviewAddress } | { count: number }> {
  return write(context, 'now', async (transaction) => {
    await lockTenant(context, transaction, address.tenantId);
    const known = await transaction
      .selectFrom('preview_addresses')
      .selectAll()
      .where('execution_id', '=', address.executionId)
      .where('port', '=', address.port)
      .executeTakeFirst();
    if (known) return { address: toAddress(known) };
    const { count } = await transaction
      .selectFrom('preview_addresses')
      .select((build) => build.fn.countAll<number>().as('count'))
      .where('tenant_id', '=', address.tenantId)
      .executeTakeFirstOrThrow();
    if (count >= max) return { count };
    const row: PreviewAddressRow = {
      execution_id: address.executionId,
      port: address.port,
      tenant_id: address.tenantId,
      listen_port: address.listenPort,
      created_at: address.createdAt,
    };
    await transaction.insertInto('preview_addresses').values(row).execute();
    return { address };
  });
}

export async function findPreviewAddress(
  { db }: StoreContext,
  { executionId, port }: Key,
): Promise<PreviewAddress | undefined> {
  const row = await db
    .selectFrom('preview_addresses')
    .selectAll()
    .where('execution_id', '=', executionId)
    .where('port', '=', port)
    .executeTakeFirst();
  return row && toAddress(row);
}

export async function listPreviewAddresses({ db }: StoreContext): Promise<PreviewAddress[]> {
  const rows = await db.selectFrom('preview_addresses').selectAll().orderBy('created_at').execute();
  return rows.map(toAddress);
}

export async function movePreviewAddress(
  context: StoreContext,
  { executionId, port, listenPort }: Key & { listenPort: number },
): Promise<void> {
  await write(context, 'now', (transaction) =>
    transaction
      .updateTable('preview_addresses')
      .set({ listen_port: listenPort })
      .where('execution_id', '=', executionId)
      .where('port', '=', port)
      .execute(),
  );
}

export async function dropEndedAddresses(
  context: StoreContext,
  endedBefore: number,
): Promise<PreviewAddress[]> {
  const rows = await write(context, 'soon', (transaction) =>
    transaction
      .deleteFrom('preview_addresses')
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('sandboxes')
              .select('sandboxes.id')
              .whereRef('sandboxes.execution_id', '=', 'preview_addresses.execution_id')
              .where((build) =>
                build.or([
                  build('sandboxes.status', 'not in', finalStatuses),
                  build('sandboxes.ended_at', '>=', endedBefore),
                ]),
              ),
          ),
        ),
      )
      .returningAll()
      .execute(),
  );
  return rows.map(toAddress);
}

function toAddress(row: PreviewAddressRow): PreviewAddress {
  return {
    executionId: row.execution_id,
    port: row.port,
    tenantId: row.tenant_id,
    listenPort: row.listen_port,
    createdAt: row.created_at,
  };
}
