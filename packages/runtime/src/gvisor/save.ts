import { join } from 'node:path';
import type { SavedSnapshot, SaveOptions, SnapshotManifest } from '../engine.ts';
import { RuntimeFailure, SnapshotError } from '../errors.ts';
import { isAlive } from '../processes/identity.ts';
import { withReservedRoom } from '../snapshots/reserved-room.ts';
import { saveFolder, temporaryOf } from '../snapshots/save-folder.ts';
import { runInstanceCommand } from './command.ts';
import { readDiskUse } from './disk-use.ts';
import type { EngineContext } from './engine-context.ts';
import { savingLimits } from './limits.ts';
import { PAGES } from './pages.ts';
import { PAUSE_CHECKPOINT } from './pause-checkpoint.ts';
import type { InstanceRecord } from './records.ts';
import { buildWithDisk, linkDisk } from './saved-disk.ts';
import { endSave, freeze, thaw } from './thaw.ts';

const SAVE_TIMEOUT_MS = 600_000;

type RunningRecord = InstanceRecord & Required<Pick<InstanceRecord, 'limits'>>;

/** Saves an instance as a folder, which appears whole or not at all. A kill calls the save off. */
export async function saveSnapshot(
  context: EngineContext,
  id: string,
  options: SaveOptions & { folder: string },
): Promise<SavedSnapshot> {
  if (context.saving.has(id)) throw refuse(id, 'is being saved already');
  if (context.ending.has(id)) throw refuse(id, 'is being ended');
  const abort = new AbortController();
  const done = Promise.withResolvers<void>();
  context.saving.set(id, { abort, done: done.promise });
  try {
    // Damaged pages may not become a sound snapshot.
    await context.loading.get(id)?.done;
    const record = await requireRunning(context, id);
    return await saveRecorded(context, record, { ...options, signal: abort.signal });
  } finally {
    context.saving.delete(id);
    done.resolve();
  }
}

async function saveRecorded(
  context: EngineContext,
  record: RunningRecord,
  options: SaveOptions & { folder: string; signal: AbortSignal },
): Promise<SavedSnapshot> {
  const { id } = record;
  const { folder, afterwards, signal } = options;
  signal.throwIfAborted();
  const frozen = afterwards === 'frozen';
  // The record comes first, so that what a kill of our process leaves frozen or half written is known to be.
  await context.records.update(id, { saving: { temporary: temporaryOf(folder), frozen } });
  const began = performance.now();
  try {
    // One process that freezes and saves, where runsc has that.
    const once = frozen && options.kind === 'memory' && (await context.hasPauseCheckpoint());
    if (frozen && !once) await freeze(context, record);
    let ranOn = 0;
    const manifest = await writeFolder(context, record, { ...options, once }, () => {
      ranOn = performance.now();
    });
    // A frozen one is killed next, or thawed.
    if (!frozen) await endSave(context, record);
    return { manifest, frozenMs: (frozen ? performance.now() : ranOn) - began };
  } catch (error) {
    // A kill takes care of everything itself.
    if (!signal.aborted) await thaw(context, id);
    throw error;
  }
}

async function writeFolder(
  context: EngineContext,
  record: RunningRecord,
  options: SaveOptions & { folder: string; signal: AbortSignal; once: boolean },
  onWritten: () => void,
): Promise<SnapshotManifest> {
  const { id, folder, limits } = record;
  const { kind, imageDigest, signal, fleeting, once } = options;
  await context.cgroups.group(id).update(savingLimits(limits, context));
  const { engine, engineBuild, cpuFeatures } = await context.identity();
  // Whoever goes on needs its disk for itself.
  const mayKeepDisk = once && !fleeting && (await context.keepsDisks());
  let apart = false;
  const facts = () => ({
    ...{ kind, engine, cpuFeatures, imageDigest, limits },
    engineBuild: apart ? buildWithDisk(engineBuild) : engineBuild,
  });
  const bytes = () => estimateBytes(context, id, { apart });
  return await saveFolder(options.folder, { facts, fleeting, estimateBytes: bytes }, async (temporary) => {
    signal.throwIfAborted();
    apart = mayKeepDisk && (await linkDisk(context, record, temporary));
    const write = async () =>
      await runInstanceCommand(context, {
        id,
        folder,
        args: [...saveCommand(kind, once), `--image-path=${temporary}`, '--leave-running'],
        timeoutMs: SAVE_TIMEOUT_MS,
        signal,
      });
    // What need not reach the disk takes no place there until the kernel needs the memory.
    await (fleeting ? write() : withReservedRoom(join(temporary, PAGES), { bytes }, write));
    onWritten();
  });
}

/** About what a snapshot takes. Not the sum: what was written to the disk lately is accounted as memory too. */
async function estimateBytes(
  context: EngineContext,
  id: string,
  { apart }: { apart: boolean },
): Promise<number> {
  const [usage, disk] = await Promise.all([context.cgroups.group(id).usage(), readDiskUse(context, id)]);
  const { memoryBytes = 0 } = usage ?? {};
  const { bytes = 0 } = disk ?? {};
  return apart ? Math.max(0, memoryBytes - bytes) : Math.max(memoryBytes, bytes);
}

/** Without --leave-running a save that fails would end the instance. */
function saveCommand(kind: SaveOptions['kind'], once: boolean): string[] {
  if (kind === 'filesystem') return ['fscheckpoint'];
  const subcommand = once ? PAUSE_CHECKPOINT : 'checkpoint';
  return [subcommand, '--compression=none', '--exclude-committed-zero-pages'];
}

async function requireRunning(context: EngineContext, id: string): Promise<RunningRecord> {
  let record = await context.records.read(id);
  if (record?.saving && !record.saving.frozen) {
    await thaw(context, id);
    record = await context.records.read(id);
  }
  if (!record?.sandbox || !record.limits || !isAlive(record.sandbox)) throw refuse(id, 'does not run');
  if (record.saving?.frozen) throw refuse(id, 'is frozen since an earlier save');
  return { ...record, limits: record.limits };
}

function refuse(id: string, why: string): SnapshotError {
  return new SnapshotError('snapshot_failed', `Instance ${id} ${why}, so it cannot be saved.`);
}

/** Calls off a save under way and waits until it has cleaned up. */
export async function callOffSave(context: EngineContext, id: string): Promise<void> {
  const saving = context.saving.get(id);
  saving?.abort.abort(new RuntimeFailure(`Instance ${id} was killed while it was saved.`));
  await saving?.done;
}
