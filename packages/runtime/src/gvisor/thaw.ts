import { isAlive } from '../processes/identity.ts';
import { runInstanceCommand } from './command.ts';
import type { EngineContext } from './engine-context.ts';
import type { InstanceRecord } from './records.ts';

const TIMEOUT_MS = 60_000;

/** Stops every task of an instance until `thaw`. */
export async function freeze(context: EngineContext, record: InstanceRecord): Promise<void> {
  const { id, folder } = record;
  // The record comes first, so that what a later kill of our process leaves frozen is known to be.
  await context.records.write({ ...record, frozen: true });
  await runInstanceCommand(context, { id, folder, args: ['pause'], timeoutMs: TIMEOUT_MS });
}

/** Lets an instance go on. Fine for one that is not frozen. */
export async function thaw(context: EngineContext, id: string): Promise<void> {
  const record = await context.records.read(id);
  if (!record?.frozen || !record.sandbox) return;
  if (isAlive(record.sandbox)) {
    await runInstanceCommand(context, {
      id,
      folder: record.folder,
      args: ['resume'],
      timeoutMs: TIMEOUT_MS,
    });
  }
  await context.records.write({ ...record, frozen: undefined });
}
