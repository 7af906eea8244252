import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '@nullspace/service';
import type { HostContext } from '../context.ts';
import { commit } from '../instance/commit.ts';
import { isFinal } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';

/** Forgets ended instances; others and unknown ones are left alone. One still being cleaned goes when it is clean. */
export async function forgetInstances(host: HostContext, sandboxIds: readonly string[]): Promise<void> {
  const instances = sandboxIds.flatMap((id) => host.registry.find(id) ?? []);
  await Promise.all(
    instances.map(async (instance) => {
      if (!isFinal(instance.record)) return;
      await instance.finished;
      if (instance.record.clean) return dropRecord(host, instance);
      instance.record = { ...instance.record, forgotten: true };
      await commit(instance, host.changes);
    }),
  );
}

/** Drops the oldest records when more ended instances are kept than anyone will ask for. */
export async function dropSurplus(host: HostContext, keep: number): Promise<void> {
  for (const instance of host.registry.surplus(keep)) await dropRecord(host, instance);
}

/** Removes an ended and cleaned instance from memory and disk. */
export async function dropRecord(host: HostContext, instance: TrackedInstance): Promise<void> {
  host.registry.remove(instance);
  await instance.writes.run(async () => {
    await rm(instance.folder, { recursive: true, force: true });
    await syncFolder(dirname(instance.folder));
  });
}
