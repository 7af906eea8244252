import { readHostError } from '@nullspace/host';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { isHostAway } from '../fleet/call-host.ts';
import { makeId } from '../make-id.ts';
import { endedSandbox, notReady } from '../sandboxes/ended.ts';
import { toStartFailure } from '../sandboxes/start-refusal.ts';
import { createInstance, tooManyLive } from '../sandboxes/start-sandbox.ts';
import type { Sandbox } from '../store/records.ts';

interface Pause {
  snapshotId: string;
  sandboxId: string;
}

/**
 * Resumes a paused sandbox under a new id. Callers come one after another; undefined: it is not paused any more.
 *
 * The new id is stored before the host is asked, and the host answers a repeated request with the same instance: so
 * whenever the server dies, the sandbox is found paused or running, and never both.
 */
export async function resumePaused(context: Context, pause: Pause): Promise<Sandbox | undefined> {
  const newId = makeId('sandbox');
  return context.pauses.inTurn(pause.snapshotId, () =>
    context.fleet.projection.whileMaking([newId], () => resumeAs(context, pause, newId)),
  );
}

async function resumeAs(
  context: Context,
  { snapshotId, sandboxId }: Pause,
  proposedId: string,
): Promise<Sandbox | undefined> {
  const { store, settings, fleet } = context;
  const maxLive = settings.tenant_max_sandboxes;
  const begun = await store.beginResume({ sandboxId, newId: proposedId, snapshotId, maxLive });
  if (begun.outcome === 'gone') return undefined;
  if (begun.outcome === 'quota') throw tooManyLive(begun.live, maxLive);
  const { sandbox: paused } = begun;
  // That of an earlier attempt, when there was one.
  const newId = paused.resumingAs!;
  return fleet.projection.whileMaking([newId], () => startResumed(context, { paused, newId, snapshotId }));
}

async function startResumed(
  context: Context,
  attempt: { paused: Sandbox; newId: string; snapshotId: string },
): Promise<Sandbox> {
  const { paused, newId, snapshotId } = attempt;
  try {
    const subject = { ...paused, id: newId, fromSnapshotId: snapshotId };
    const instance = await createInstance(context, subject);
    await context.fleet.projection.onChanged(instance);
    return await readResumed(context, { newId, sandboxId: paused.id });
  } catch (error) {
    throw await giveUp(context, { ...attempt, error });
  }
}

/** The sandbox under its new id. It may have ended or paused again already when its time to live is short. */
async function readResumed(
  { store }: Context,
  { newId, sandboxId }: { newId: string; sandboxId: string },
): Promise<Sandbox> {
  const now = await store.findSandbox(newId);
  if (now?.status === 'running') return now;
  if (now?.status === 'paused') throw notReady(now);
  if (now) throw endedSandbox(now);
  throw new ApiError('create_failed', { sandbox_id: sandboxId, problem: 'it did not come up' });
}

/**
 * A host that refused leaves the sandbox paused as before. Of one that is away nobody knows how far it came: the
 * attempt stays noted until the host is back and tells, or the next resume repeats it.
 */
async function giveUp(
  { store }: Context,
  attempt: { paused: Sandbox; newId: string; snapshotId: string; error: unknown },
): Promise<ApiError> {
  const { paused, newId, snapshotId, error } = attempt;
  const failure = toStartFailure(error, { ...paused, id: paused.id, fromSnapshotId: snapshotId });
  const unknown = failure.code === 'host_unavailable' || isHostAway(error);
  if (unknown || (await store.findSandbox(newId))) return failure;
  await store.abandonResume({ newId, snapshotId, failure });
  const refusal = readHostError(error);
  if (refusal?.code === 'snapshot_corrupt') await store.markSnapshotCorrupt(snapshotId, refusal.field);
  return failure;
}
