import type { SavedSnapshot, SaveOptions, SnapshotManifest } from '../engine.ts';
import { SnapshotError } from '../errors.ts';
import { isAlive } from '../processes/identity.ts';
import { saveFolder } from '../snapshots/save-folder.ts';
import { runInstanceCommand } from './command.ts';
import type { EngineContext } from './engine-context.ts';
import { readIdentity } from './identity.ts';
import type { InstanceRecord } from './records.ts';
import { freeze, thaw } from './thaw.ts';

const SAVE_TIMEOUT_MS = 600_000;

/** Saves an instance as a folder, which appears whole or not at all. */
export async function saveSnapshot(
  context: EngineContext,
  id: string,
  options: SaveOptions & { folder: string },
): Promise<SavedSnapshot> {
  const { afterwards } = options;
  const record = await requireRunning(context, id);
  const began = performance.now();
  let frozenMs = 0;
  try {
    if (afterwards === 'frozen') await freeze(context, record);
    const manifest = await writeFolder(context, record, options, () => {
      frozenMs = performance.now() - began;
    });
    if (afterwards === 'frozen') frozenMs = performance.now() - began;
    return { manifest, frozenMs };
  } catch (error) {
    if (afterwards === 'frozen') await thaw(context, id);
    throw error;
  }
}

async function writeFolder(
  context: EngineContext,
  record: InstanceRecord & Required<Pick<InstanceRecord, 'limits'>>,
  options: SaveOptions & { folder: string },
  onWritten: () => void,
): Promise<SnapshotManifest> {
  const { id, folder, limits } = record;
  const { kind, imageDigest } = options;
  const facts = { kind, ...(await readIdentity(context)), imageDigest, limits };
  return await saveFolder(options.folder, facts, async (temporary) => {
    await runInstanceCommand(context, {
      id,
      folder,
      args: [...saveCommand(kind), `--image-path=${temporary}`, '--leave-running'],
      timeoutMs: SAVE_TIMEOUT_MS,
    });
    onWritten();
  });
}

function saveCommand(kind: SaveOptions['kind']): string[] {
  if (kind === 'filesystem') return ['fscheckpoint'];
  return ['checkpoint', '--compression=none', '--exclude-committed-zero-pages'];
}

async function requireRunning(context: EngineContext, id: string) {
  const record = await context.records.read(id);
  if (record?.sandbox && record.limits && isAlive(record.sandbox))
    return { ...record, limits: record.limits };
  throw new SnapshotError('snapshot_failed', `Instance ${id} does not run, so it cannot be saved.`);
}
