import type { StoreContext } from '../context.ts';
import type { BuildRow, DatabaseTransaction } from '../schema.ts';
import { write } from '../write.ts';
import { pointTags } from './change-template.ts';
import type { BuildChange, BuildResult, BuildStatus, LogLine, StoredBuild } from './template.ts';
import { toBuild, toJson } from './template-rows.ts';

/** How many rows one statement carries. */
const ROWS_AT_ONCE = 500;

/**
 * Records what was learned about a build that is in one of these states, with further entries of its log. Undefined:
 * it is in another state, and nothing was changed.
 */
export async function updateBuild(
  context: StoreContext,
  id: string,
  options: { from: BuildStatus[]; change: BuildChange; now: number; log?: LogLine[] },
): Promise<StoredBuild | undefined> {
  return write(context, 'now', async (transaction) => {
    const row = await change(transaction, id, options);
    if (row && options.log) await insertLines(transaction, id, options.log);
    return row && toBuild(row);
  });
}

/**
 * Records that a build is ready: it can be used, and its tags point to it. Undefined: it is not being built. `lost`: its
 * result is kept as `resultId` no more.
 */
export async function finishBuild(
  context: StoreContext,
  id: string,
  options: { result: BuildResult; resultId?: string; change: BuildChange; now: number; log: LogLine[] },
): Promise<StoredBuild | 'lost' | undefined> {
  const { result, resultId, now } = options;
  return write(context, 'now', async (transaction) => {
    if (resultId !== undefined && !(await isKept(context, transaction, resultId))) return 'lost';
    const row = await change(transaction, id, {
      from: ['building'],
      change: { ...options.change, status: 'ready', finishedAt: now },
      now,
      result,
    });
    if (!row) return undefined;
    await transaction
      .updateTable('templates')
      .set((select) => ({ published_at: select.fn.coalesce('published_at', select.val(now)) }))
      .where('id', '=', row.template_id)
      .execute();
    const tags = JSON.parse(row.tags) as string[];
    await pointTags(transaction, { templateId: row.template_id, buildId: id, tags, now });
    await insertLines(transaction, id, options.log);
    return toBuild(row);
  });
}

/** Whether a result is still kept. Deletions of templates, which free results, come before or after this. */
async function isKept(
  context: StoreContext,
  transaction: DatabaseTransaction,
  resultId: string,
): Promise<boolean> {
  const row = await transaction
    .selectFrom('template_layers')
    .select('id')
    .where('id', '=', resultId)
    .$if(context.dialect === 'postgres', (query) => query.forShare())
    .executeTakeFirst();
  return row !== undefined;
}

async function change(
  transaction: DatabaseTransaction,
  id: string,
  options: { from: BuildStatus[]; change: BuildChange; now: number; result?: BuildResult },
): Promise<BuildRow | undefined> {
  const { change, now, result } = options;
  const columns: Partial<BuildRow> = {
    updated_at: now,
    ...(change.status === undefined ? {} : { status: change.status }),
    ...(change.about === undefined ? {} : { about: toJson(change.about) }),
    ...(change.failure === undefined ? {} : { failure: toJson(change.failure) }),
    ...(change.startedAt === undefined ? {} : { started_at: change.startedAt }),
    ...(change.finishedAt === undefined ? {} : { finished_at: change.finishedAt }),
    ...(change.cancelRequestedAt === undefined ? {} : { cancel_requested_at: change.cancelRequestedAt }),
    ...(change.cancellationReason === undefined ? {} : { cancellation_reason: change.cancellationReason }),
    ...(result === undefined ? {} : { result: toJson(result) }),
  };
  return transaction
    .updateTable('template_builds')
    .set(columns)
    .where('id', '=', id)
    .where('status', 'in', options.from)
    .returningAll()
    .executeTakeFirst();
}

/** Adds entries to a log. They may be lost when the machine loses power. */
export async function appendBuildLog(
  context: StoreContext,
  buildId: string,
  lines: LogLine[],
): Promise<void> {
  await write(context, 'soon', (transaction) => insertLines(transaction, buildId, lines));
}

async function insertLines(
  transaction: DatabaseTransaction,
  buildId: string,
  lines: LogLine[],
): Promise<void> {
  for (let start = 0; start < lines.length; start += ROWS_AT_ONCE) {
    const rows = lines
      .slice(start, start + ROWS_AT_ONCE)
      .map((line) => ({ build_id: buildId, number: line.offset, entry: toJson(line) }));
    await transaction.insertInto('template_build_logs').values(rows).execute();
  }
}
