import type { StoreContext } from './context.ts';
import { recordEvent } from './events/record-event.ts';
import { countLiveUpTo, insertRows, lockTenant } from './insert-sandbox.ts';
import type { NewSandbox, Sandbox, SandboxChange } from './records.ts';
import { toSandbox, toSandboxRow } from './sandbox-row.ts';
import type { DatabaseTransaction, SandboxRow } from './schema.ts';
import { useUpPauseSnapshot } from './snapshots/use-up.ts';
import { write } from './write.ts';

export type BeginResumeResult =
  /** From now on it may come up as `sandbox.resumingAs`, which is another's attempt when there was one. */
  | { outcome: 'begun'; sandbox: Sandbox }
  /** It is not paused any more. */
  | { outcome: 'gone' }
  | { outcome: 'quota'; live: number };

export interface ResumeFailure {
  code: string;
  message: string;
}

/**
 * Stores under which id a paused sandbox is about to be started, before the host is asked to. Losing power may undo it as
 * long as nobody has had an answer: the sandbox is paused then as before, and what may run under that id is ended.
 */
export async function beginResume(
  context: StoreContext,
  {
    sandboxId,
    newId,
    snapshotId,
    maxLive,
  }: { sandboxId: string; newId: string; snapshotId: string; maxLive: number },
): Promise<BeginResumeResult> {
  return write(context, 'soon', async (transaction) => {
    const seen = await transaction
      .selectFrom('sandboxes')
      .selectAll()
      .where('id', '=', sandboxId)
      .executeTakeFirst();
    if (!seen) return { outcome: 'gone' };
    await lockTenant(context, transaction, seen.tenant_id);
    const row = await lockPaused(context, transaction, { column: 'id', value: sandboxId });
    if (!row) return { outcome: 'gone' };
    if (row.resuming_as !== null) return { outcome: 'begun', sandbox: toSandbox(row) };
    const live = await countLiveUpTo(transaction, row.tenant_id, maxLive);
    if (live >= maxLive) return { outcome: 'quota', live };
    await transaction
      .updateTable('sandboxes')
      .set({ resuming_as: newId })
      .where('id', '=', sandboxId)
      .execute();
    const begun = { ...row, resuming_as: newId };
    await recordEvent(transaction, resumeEvent(begun, { snapshotId, status: 'requested' }));
    return { outcome: 'begun', sandbox: toSandbox(begun) };
  });
}

/** Gives up an attempt that did not come up: the sandbox is paused as before. */
export async function abandonResume(
  context: StoreContext,
  { newId, snapshotId, failure }: { newId: string; snapshotId: string; failure: ResumeFailure },
): Promise<boolean> {
  return write(context, 'now', async (transaction) => {
    const row = await lockPaused(context, transaction, { column: 'resuming_as', value: newId });
    if (!row) return false;
    await transaction.updateTable('sandboxes').set({ resuming_as: null }).where('id', '=', row.id).execute();
    await recordEvent(transaction, {
      ...resumeEvent(row, { snapshotId, status: 'failed' }),
      errorCode: failure.code,
      errorMessage: failure.message,
    });
    return true;
  });
}

/** What came up of a pause. */
export interface Resumed {
  newId: string;
  snapshotId: string;
  startedAt: number;
  /** What the host says of it while it runs: who reads the record must never find it without. */
  told?: Pick<SandboxChange, 'deadlineAt' | 'phases' | 'revision' | 'timeoutAction'>;
}

/**
 * Makes the sandbox that came up as `newId` the one, its old id an alias, and the snapshot of its pause used: all at
 * once. Undefined: nothing is being resumed under that id (any more).
 */
export async function completeResume(context: StoreContext, resumed: Resumed): Promise<Sandbox | undefined> {
  const { newId, snapshotId } = resumed;
  return write(context, 'now', async (transaction) => {
    const row = await lockPaused(context, transaction, { column: 'resuming_as', value: newId });
    if (!row) return undefined;
    const sandbox = resumedSandbox(toSandbox(row), resumed);
    await transaction.deleteFrom('sandboxes').where('id', '=', row.id).execute();
    await insertRows(transaction, [sandbox]);
    const executionId = row.execution_id ?? row.id;
    await transaction
      .insertInto('sandbox_aliases')
      .values({ id: row.id, tenant_id: row.tenant_id, execution_id: executionId })
      .execute();
    await useUpPauseSnapshot(transaction, executionId);
    await recordEvent(transaction, resumeEvent(row, { snapshotId, status: 'succeeded' }));
    return toSandbox(toSandboxRow(sandbox));
  });
}

function resumedSandbox(paused: Sandbox, { newId, snapshotId, startedAt, told = {} }: Resumed): NewSandbox {
  const { deadlineAt = null, phases = null, revision = 0, timeoutAction = paused.timeoutAction } = told;
  return {
    ...paused,
    id: newId,
    status: 'running',
    startedAt,
    ...{ deadlineAt, phases, revision, timeoutAction },
    reason: null,
    message: null,
    origin: 'resume_from_snapshot',
    sourceId: paused.id,
    fromSnapshotId: snapshotId,
    resumingAs: null,
    forkId: null,
  };
}

async function lockPaused(
  { dialect }: StoreContext,
  transaction: DatabaseTransaction,
  { column, value }: { column: 'id' | 'resuming_as'; value: string },
): Promise<SandboxRow | undefined> {
  return transaction
    .selectFrom('sandboxes')
    .selectAll()
    .where(column, '=', value)
    .where('status', '=', 'paused')
    .$if(dialect === 'postgres', (query) => query.forUpdate())
    .executeTakeFirst();
}

function resumeEvent(
  row: SandboxRow,
  { snapshotId, status }: { snapshotId: string; status: 'requested' | 'succeeded' | 'failed' },
) {
  return {
    tenantId: row.tenant_id,
    operation: 'resume_from_snapshot' as const,
    status,
    actor: 'user' as const,
    sandboxId: status === 'succeeded' ? row.resuming_as : row.id,
    snapshotId,
    sourceSandboxId: row.id,
    targetSandboxId: row.resuming_as,
    metadata: JSON.parse(row.metadata),
  };
}
