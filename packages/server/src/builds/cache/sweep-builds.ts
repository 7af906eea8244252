import type { Context } from '../../context.ts';
import type { BuildResult, StoredLayer } from '../../store/templates/template.ts';
import type { BuildDefinition } from '../definition/definition.ts';

const DAY_MS = 24 * 3600 * 1000;

type Needs = Pick<Context, 'settings' | 'store' | 'fleet' | 'builds'>;

/**
 * Frees what old builds have made that newer ones replaced, what no build has used for long, the longest unused layers
 * beyond their bound, what was left half made, and images and uploads that nothing needs. What a build under way may
 * have found stays.
 */
export async function sweepBuilds(context: Needs, now = Date.now()): Promise<void> {
  const { settings } = context;
  // Builds note what they find when they find it, and end within this time.
  const idleSince = now - settings.build_timeout_ms;
  const unusedSince = Math.min(idleSince, now - settings.build_cache_keep_days * DAY_MS);
  await sweepResults(context, { unchangedSince: idleSince, now });
  await sweepLayers(context, { idleSince, unusedSince });
  await sweepImages(context);
  await sweepBlobs(context, unusedSince);
}

/** The images go with those that nothing needs. */
async function sweepResults(
  { store, fleet, settings }: Needs,
  { unchangedSince, now }: { unchangedSince: number; now: number },
): Promise<void> {
  for (const id of await store.listOldBuilds({ keep: settings.template_keep_builds, unchangedSince })) {
    const made = await store.expireBuild({ id, unchangedSince, now });
    const snapshotId = made?.snapshotId ?? null;
    if (snapshotId !== null) await fleet.call((client) => client.deleteSnapshot({ snapshotId }));
  }
}

async function sweepLayers(
  context: Needs,
  { idleSince, unusedSince }: { idleSince: number; unusedSince: number },
): Promise<void> {
  const { store, settings, builds } = context;
  const all = await store.listLayers();
  const layers = all.filter(({ kind }) => kind === 'layer');
  let left = layers.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  for (const { id, ready, usedAt, sizeBytes } of layers) {
    const isTooMuch = left > settings.build_cache_max_mb * 1024 * 1024;
    const since = isTooMuch || !ready ? idleSince : unusedSince;
    if (usedAt >= since) continue;
    if (await builds.artifacts.dropLayer(context, { id, unusedSince: since })) left -= sizeBytes;
  }
  const kept: StoredLayer[] = [];
  for (const final of all.filter(({ kind }) => kind === 'final')) {
    const since = final.ready ? unusedSince : idleSince;
    if (final.usedAt >= since || !(await store.deleteLayer(final.id, { unusedSince: since })))
      kept.push(final);
  }
  const needed = await store.listResultSnapshots();
  for (const { value } of kept) needed.add((value as Partial<BuildResult> | null)?.snapshotId ?? '');
  for (const { id, kind, usedAt } of all) {
    if (kind !== 'snapshot' || needed.has(id) || usedAt >= idleSince) continue;
    await builds.artifacts.dropLayer(context, { id, unusedSince: idleSince });
  }
}

/** Images without a name come from builds and registries. */
async function sweepImages(context: Needs): Promise<void> {
  const { fleet, builds } = context;
  const { uses } = await fleet.call((client) => client.describeDisk({}));
  const named = new Set((await fleet.images.list()).map(({ digest }) => digest));
  for (const { kind, id } of uses) {
    if (kind === 'image' && !named.has(id)) await builds.artifacts.freeImage(context, id);
  }
}

async function sweepBlobs({ store, builds }: Needs, unusedSince: number): Promise<void> {
  const needed = new Map<string, Set<string>>();
  for (const { id, tenantId } of await store.listUnfinishedBuilds()) {
    const { files } = (await store.readDefinition(id)) as BuildDefinition;
    const ids = needed.get(tenantId) ?? new Set();
    needed.set(tenantId, ids);
    for (const { blob_id } of files) if (blob_id !== undefined) ids.add(blob_id);
  }
  await builds.blobs.sweep({
    unusedSince,
    needed: async (tenantId) => needed.get(tenantId) ?? new Set(),
  });
}
