import type { StoreContext } from '../context.ts';
import type { JsonValue } from '../records.ts';
import { write } from '../write.ts';
import type { BuildResult, LayerUse, StoredLayer } from './template.ts';
import { toJson, toLayer } from './template-rows.ts';

/** One that is ready, and notes that it was used. */
export async function useLayer(
  context: StoreContext,
  { id, now }: { id: string; now: number },
): Promise<StoredLayer | undefined> {
  const row = await write(context, 'soon', (transaction) =>
    transaction
      .updateTable('template_layers')
      .set({ used_at: now })
      .where('id', '=', id)
      .where('ready', '=', 1)
      .returningAll()
      .executeTakeFirst(),
  );
  return row && toLayer(row);
}

/** Notes that the host is about to make one, so that it is not taken for forgotten. Repeating it is harmless. */
export async function beginLayer(
  context: StoreContext,
  layer: Pick<StoredLayer, 'id' | 'tenantId' | 'kind' | 'createdAt'>,
): Promise<void> {
  await write(context, 'now', (transaction) =>
    transaction
      .insertInto('template_layers')
      .values({
        id: layer.id,
        tenant_id: layer.tenantId,
        kind: layer.kind,
        ready: 0,
        value: 'null',
        size_bytes: 0,
        created_at: layer.createdAt,
        used_at: layer.createdAt,
      })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ used_at: layer.createdAt }))
      .execute(),
  );
}

export async function finishLayer(
  context: StoreContext,
  { id, value, sizeBytes, now }: { id: string; value: JsonValue; sizeBytes: number; now: number },
): Promise<void> {
  await write(context, 'soon', (transaction) =>
    transaction
      .updateTable('template_layers')
      .set({ ready: 1, value: toJson(value), size_bytes: sizeBytes, used_at: now })
      .where('id', '=', id)
      .execute(),
  );
}

/** Forgets one; with `unusedSince`, only if it was not used since then. False: there is none. */
export async function deleteLayer(
  context: StoreContext,
  id: string,
  { unusedSince }: { unusedSince?: number | undefined } = {},
): Promise<boolean> {
  const { numDeletedRows } = await write(context, 'now', (transaction) =>
    transaction
      .deleteFrom('template_layers')
      .where('id', '=', id)
      .$if(unusedSince !== undefined, (query) => query.where('used_at', '<', unusedSince!))
      .executeTakeFirst(),
  );
  return numDeletedRows > 0n;
}

/** All of them, the longest unused first. */
export async function listLayers({ db }: StoreContext): Promise<StoredLayer[]> {
  const rows = await db.selectFrom('template_layers').selectAll().orderBy('used_at').orderBy('id').execute();
  return rows.map(toLayer);
}

/** Ids of snapshots on the host that builds need: layers, and the started services of templates. */
export async function listTemplateSnapshots({ db }: StoreContext): Promise<Set<string>> {
  const layers = await db
    .selectFrom('template_layers')
    .select('id')
    .where('kind', 'in', ['layer', 'snapshot'])
    .execute();
  return (await listResultSnapshots({ db })).union(new Set(layers.map(({ id }) => id)));
}

/** What kept artifacts take, by kind. */
export async function measureLayers({ db }: StoreContext): Promise<LayerUse[]> {
  const rows = await db
    .selectFrom('template_layers')
    .select(({ fn }) => ['kind', fn.countAll<number>().as('count'), fn.sum<number>('size_bytes').as('bytes')])
    .groupBy('kind')
    .execute();
  return rows.map(({ kind, count, bytes }) => ({ kind, count: Number(count), bytes: Number(bytes) }));
}

/** Ids of the snapshots with started services that builds have as their results. */
export async function listResultSnapshots({ db }: Pick<StoreContext, 'db'>): Promise<Set<string>> {
  const builds = await db
    .selectFrom('template_builds')
    .select('result')
    .where('result', 'like', '%"snapshotId":"%')
    .execute();
  return new Set(builds.map(({ result }) => (JSON.parse(result!) as BuildResult).snapshotId!));
}
