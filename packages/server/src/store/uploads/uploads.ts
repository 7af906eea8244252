import { sql } from 'kysely';
import type { StoreContext } from '../context.ts';
import { inSteps, rowsAtOnce } from '../in-steps.ts';
import type { DatabaseTransaction } from '../schema.ts';
import { write } from '../write.ts';
import type {
  InsertUploadResult,
  NewUpload,
  Upload,
  UploadChange,
  UploadQuotas,
  UploadStatus,
} from './upload.ts';
import { toUpload, toUploadRow } from './upload-row.ts';

const unfinished: readonly UploadStatus[] = ['open', 'completing'];

export async function insertUpload(
  context: StoreContext,
  upload: NewUpload,
  quotas: UploadQuotas,
): Promise<InsertUploadResult> {
  return write(context, 'soon', async (transaction) => {
    // Sums over many rows: two that insert at once must not both find room for one.
    if (context.dialect === 'postgres') {
      await sql`lock table uploads in share row exclusive mode`.execute(transaction);
    }
    const taken = await transaction
      .selectFrom('uploads')
      .selectAll()
      .where('id', '=', upload.id)
      .executeTakeFirst();
    if (taken) return { inserted: false, quota: undefined, upload: toUpload(taken) };
    const exceeded = await findExceeded(transaction, upload, quotas);
    if (exceeded) return { inserted: false, ...exceeded };
    const row = toUploadRow(upload);
    await transaction.insertInto('uploads').values(row).execute();
    return { inserted: true, upload: toUpload(row) };
  });
}

async function findExceeded(
  transaction: DatabaseTransaction,
  { executionId, contentLength }: NewUpload,
  { maxOpen, sandboxBytes, totalBytes }: UploadQuotas,
): Promise<{ quota: keyof UploadQuotas; used: number } | undefined> {
  const sums = transaction
    .selectFrom('uploads')
    .select((build) => [
      build.fn.countAll<number>().as('count'),
      build.fn.coalesce(build.fn.sum<number>('reserved_bytes'), sql<number>`0`).as('bytes'),
    ])
    .where('status', 'in', unfinished);
  const own = await sums.where('execution_id', '=', executionId).executeTakeFirstOrThrow();
  if (Number(own.count) >= maxOpen) return { quota: 'maxOpen', used: Number(own.count) };
  if (Number(own.bytes) + contentLength > sandboxBytes) {
    return { quota: 'sandboxBytes', used: Number(own.bytes) };
  }
  const all = await sums.executeTakeFirstOrThrow();
  if (Number(all.bytes) + contentLength > totalBytes) return { quota: 'totalBytes', used: Number(all.bytes) };
  return undefined;
}

export async function getUpload(
  { db }: StoreContext,
  { tenantId, executionId, id }: { tenantId: string; executionId: string; id: string },
): Promise<Upload | undefined> {
  const row = await db
    .selectFrom('uploads')
    .selectAll()
    .where('id', '=', id)
    .where('tenant_id', '=', tenantId)
    .where('execution_id', '=', executionId)
    .executeTakeFirst();
  return row && toUpload(row);
}

export async function changeUpload(
  context: StoreContext,
  id: string,
  { from, status, now, expiresAt, wholeChecksum, published }: UploadChange,
): Promise<Upload | undefined> {
  const ends = !unfinished.includes(status);
  const row = await write(context, ends ? 'now' : 'soon', (transaction) =>
    transaction
      .updateTable('uploads')
      .set({
        status,
        updated_at: now,
        ...(ends ? { reserved_bytes: 0 } : {}),
        ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
        ...(wholeChecksum === undefined ? {} : { whole_checksum: wholeChecksum }),
        ...(published ? { published_bytes: published.bytes, published_files: published.files } : {}),
      })
      .where('id', '=', id)
      .where('status', 'in', from)
      .returningAll()
      .executeTakeFirst(),
  );
  return row && toUpload(row);
}

export async function listUnfinishedUploads({ db }: StoreContext): Promise<Upload[]> {
  const rows = await db
    .selectFrom('uploads')
    .selectAll()
    .where('status', 'in', unfinished)
    .orderBy('created_at')
    .execute();
  return rows.map(toUpload);
}

export function deleteEndedUploads(context: StoreContext, endedBefore: number): Promise<number> {
  return inSteps(context, async (transaction) => {
    const { numDeletedRows } = await transaction
      .deleteFrom('uploads')
      .where('id', 'in', (build) =>
        build
          .selectFrom('uploads')
          .select('id')
          .where('status', 'in', ['completed', 'aborted', 'expired', 'failed'])
          .where('updated_at', '<', endedBefore)
          .limit(rowsAtOnce),
      )
      .executeTakeFirst();
    return Number(numDeletedRows);
  });
}
