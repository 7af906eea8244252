import { endProcesses } from '../cgroups/end-processes.ts';
import type { SnapshotError } from '../errors.ts';
import { verifyFile } from '../snapshots/verify.ts';
import type { EngineContext } from './engine-context.ts';
import type { OpenPages } from './load-behind.ts';

/** Compares files with their checksums while the guest runs, and ends the instance when one is damaged. */
export async function verifyBehind(
  context: EngineContext,
  id: string,
  pages: readonly OpenPages[],
  signal: AbortSignal,
): Promise<void> {
  try {
    for (const { file, handle } of pages) {
      try {
        await verifyFile(handle, file, { signal, behind: true });
      } catch (error) {
        if (signal.aborted) return;
        // A file that cannot be read is as bad for the guest as a damaged one.
        return await end(context, id, { file: file.name, message: (error as SnapshotError).message });
      }
    }
    await context.records.update(id, { verifying: undefined });
  } finally {
    await Promise.all(pages.map(({ handle }) => handle.close()));
  }
}

async function end(context: EngineContext, id: string, damage: { file: string; message: string }) {
  const record = await context.records.read(id);
  if (!record?.sandbox) return;
  // Its end is ours to explain.
  context.watch.expectKill(id);
  try {
    await endProcesses(context.cgroups.group(id), { last: [record.sandbox.pid] });
  } catch {
    // Whoever hears of the end kills the instance, again and again until nothing is left.
  }
  context.watch.conclude(id, { cause: 'snapshot_corrupt', ...damage });
}
