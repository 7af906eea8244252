import type { DatabaseTransaction } from '../schema.ts';

/**
 * Keeps of the snapshot of an execution's pause only that there was one: the execution has gone on or has ended.
 * Whoever resumes it late is led to that.
 */
export async function useUpPauseSnapshot(
  transaction: DatabaseTransaction,
  executionId: string,
): Promise<void> {
  const used = await transaction
    .updateTable('snapshots')
    .set({ status: 'used', metadata: '{}', settings: '{}', size_bytes: 0 })
    .where('execution_id', '=', executionId)
    .where('created_via', '=', 'hibernate')
    .where('status', '!=', 'used')
    .returning('id')
    .execute();
  for (const { id } of used) {
    await transaction.deleteFrom('snapshot_labels').where('snapshot_id', '=', id).execute();
  }
}
