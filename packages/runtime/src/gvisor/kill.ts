import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { endProcesses } from '../cgroups/end-processes.ts';
import { RuntimeFailure } from '../errors.ts';
import { isAlive } from '../processes/identity.ts';
import { killProcess } from '../processes/signal.ts';
import type { EngineContext } from './engine-context.ts';
import { findCommands } from './find-commands.ts';
import { instancePaths } from './paths.ts';
import type { InstanceRecord } from './records.ts';
import { callOffSave } from './save.ts';

/** Ends an instance and removes all that is held for it. A start under way is called off first. */
export async function kill(context: EngineContext, id: string): Promise<void> {
  context.ending.add(id);
  try {
    await callOff(context, id);
    await remove(context, id);
  } finally {
    context.ending.delete(id);
  }
}

async function callOff(context: EngineContext, id: string): Promise<void> {
  const starting = context.starting.get(id);
  starting?.abort.abort(new RuntimeFailure(`Instance ${id} was killed while it started.`));
  await starting?.done;
  await callOffSave(context, id);
}

/**
 * Ends an instance and removes its processes, control groups, runsc state and files. Rejects when something is left;
 * may be called again. Ends the processes itself, since `runsc delete` needs state files that a killed start lacks,
 * and costs a process of 30 ms.
 */
export async function remove(context: EngineContext, id: string): Promise<void> {
  const { records, cgroups, watch } = context;
  const record = await records.read(id);
  // An instance that ended by itself keeps that as its cause.
  if (record?.sandbox && !isAlive(record.sandbox)) await watch.check(id);
  watch.expectKill(id);
  const loading = context.loading.get(id);
  loading?.abort.abort();
  await loading?.done;
  if (!record?.sandbox) {
    // A start may have been cut off together with an earlier process of ours, and its runsc still be at work.
    for (const command of await findCommands(context)) if (command.id === id) killProcess(command.pid);
  }

  const group = cgroups.group(id);
  await endProcesses(group, { last: record?.sandbox ? [record.sandbox.pid] : [] });
  await Promise.all([group.remove(), removeState(context.root, id), record && removeFiles(record)]);
  await records.remove(id);
  watch.remove(id, { cause: 'killed', message: 'The instance was ended on request.' });
}

/** Removes what runsc keeps of an instance: state file, lock and control socket. */
async function removeState(root: string, id: string): Promise<void> {
  const names = await readdir(root).catch(() => []);
  const own = names.filter((name) => name.startsWith(`${id}_`) || name === `runsc-${id}.sock`);
  await Promise.all(own.map((name) => rm(join(root, name), { force: true, recursive: true })));
}

async function removeFiles({ folder, saving }: InstanceRecord): Promise<void> {
  const { bundle, upper } = instancePaths(folder);
  const paths = saving ? [bundle, upper, saving.temporary] : [bundle, upper];
  await Promise.all(paths.map((path) => rm(path, { force: true, recursive: true })));
}
