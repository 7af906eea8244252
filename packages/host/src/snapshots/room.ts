import { statfs } from 'node:fs/promises';
import type { HostContext } from '../context.ts';
import { HostError } from '../errors.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import type { SaveOrder } from './save.ts';

// Journals of the sandboxes that run need a little.
const keptBytes = 64 * 1024 * 1024;
// What an engine itself takes of the memory that is accounted to an instance.
const engineBytes = 32 * 1024 * 1024;

/**
 * Refuses a save that plainly does not fit, before the instance is touched. Pages of zeros take no room, so that one
 * that is let through may fit although its memory does not, and the engine finds out about the others.
 *
 * @throws {HostError} `disk_full`, with the bytes that are missing.
 */
export async function checkRoom(
  host: HostContext,
  instance: TrackedInstance,
  { kind, purpose }: SaveOrder,
): Promise<void> {
  const [{ bavail, bsize }, usage] = await Promise.all([
    statfs(host.snapshots.folder),
    host.engine.usage(instance.id),
  ]);
  const memoryBytes = kind === 'memory' ? Math.max(0, (usage?.memoryBytes ?? 0) - engineBytes) : 0;
  const stays = purpose === 'pause' && usage?.diskStays;
  const diskBytes = stays ? 0 : (usage?.diskBytes ?? 0);
  // Not their sum: what was written to the disk lately is accounted as memory too.
  const needed = keptBytes + Math.max(memoryBytes, diskBytes);
  const missingBytes = needed - bavail * bsize;
  if (missingBytes <= 0) return;
  throw new HostError(
    'disk_full',
    `the host's disk is too full to save sandbox ${instance.sandboxId}, which runs on; free ${missingBytes} bytes`,
    { missingBytes },
  );
}
