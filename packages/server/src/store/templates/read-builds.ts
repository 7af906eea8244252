import type { StoreContext } from '../context.ts';
import type { BuildQuery, LogLine, StoredBuild } from './template.ts';
import { toBuild } from './template-rows.ts';

/** A build of any tenant. */
export async function findBuild({ db }: StoreContext, id: string): Promise<StoredBuild | undefined> {
  const row = await db.selectFrom('template_builds').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toBuild(row);
}

/** Builds of a template, newest first. */
export async function listBuilds({ db }: StoreContext, query: BuildQuery): Promise<StoredBuild[]> {
  const { templateId, status, backend, source, before, limit } = query;
  const rows = await db
    .selectFrom('template_builds')
    .selectAll()
    .where('template_id', '=', templateId)
    .$if(status !== undefined, (select) => select.where('status', '=', status!))
    .$if(backend !== undefined, (select) => select.where('backend', '=', backend!))
    .$if(source !== undefined, (select) => select.where('source_type', '=', source!))
    .$if(before !== undefined, (select) =>
      select.where((where) =>
        where.or([
          where('created_at', '<', before!.createdAt),
          where.and([where('created_at', '=', before!.createdAt), where('id', '<', before!.id)]),
        ]),
      ),
    )
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
  return rows.map(toBuild);
}

/** Builds that wait or run, of all tenants, oldest first. */
export async function listUnfinishedBuilds({ db }: StoreContext): Promise<StoredBuild[]> {
  const rows = await db
    .selectFrom('template_builds')
    .selectAll()
    .where('status', 'in', ['waiting', 'building'])
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map(toBuild);
}

export async function readDefinition({ db }: StoreContext, buildId: string): Promise<unknown> {
  const row = await db
    .selectFrom('template_build_definitions')
    .select('definition')
    .where('build_id', '=', buildId)
    .executeTakeFirst();
  return row && JSON.parse(row.definition);
}

/** Whether a ready build or something kept from builds needs a root image. */
export async function isImageNeeded({ db }: StoreContext, image: string): Promise<boolean> {
  const part = `%${image}%`;
  const build = await db
    .selectFrom('template_builds')
    .select('id')
    .where('result', 'like', part)
    .limit(1)
    .executeTakeFirst();
  if (build) return true;
  const layer = await db
    .selectFrom('template_layers')
    .select('id')
    .where('value', 'like', part)
    .limit(1)
    .executeTakeFirst();
  return layer !== undefined;
}

/** Log entries from an offset on. */
export async function readBuildLog(
  { db }: StoreContext,
  { buildId, offset, limit }: { buildId: string; offset: number; limit: number },
): Promise<LogLine[]> {
  const rows = await db
    .selectFrom('template_build_logs')
    .select('entry')
    .where('build_id', '=', buildId)
    .where('number', '>=', offset)
    .orderBy('number')
    .limit(limit)
    .execute();
  return rows.map(({ entry }) => JSON.parse(entry));
}

/** Offset that the next entry gets. */
export async function nextLogOffset({ db }: StoreContext, buildId: string): Promise<number> {
  const row = await db
    .selectFrom('template_build_logs')
    .select((select) => select.fn.max('number').as('last'))
    .where('build_id', '=', buildId)
    .executeTakeFirst();
  return row?.last === null || row?.last === undefined ? 0 : Number(row.last) + 1;
}
