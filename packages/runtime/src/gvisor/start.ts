import { constants } from 'node:fs';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Group } from '../cgroups/cgroups.ts';
import type { StartRequest } from '../engine.ts';
import { RuntimeFailure } from '../errors.ts';
import { requireInstanceId } from '../instance-id.ts';
import { identify } from '../processes/identity.ts';
import { runInstanceCommand } from './command.ts';
import type { EngineContext } from './engine-context.ts';
import { remove } from './kill.ts';
import { loadingLimits, runningLimits, startingLimits } from './limits.ts';
import { instancePaths } from './paths.ts';
import { createSpec } from './spec.ts';

const START_TIMEOUT_MS = 60_000;
const RESTORE_TIMEOUT_MS = 300_000;

export interface StartOptions {
  /** Subcommand of runsc with its flags. @default run */
  args?: string[];
  /** The guest is restored from a snapshot. @default false */
  restoring?: boolean;
  /** The guest's memory may be filled beyond the limits of a start before runsc returns. @default false */
  filling?: boolean;
  /** Has to succeed before anything of the instance runs. */
  check?: (signal: AbortSignal) => Promise<void>;
  /** Features of the processor that the guest is shown. @default all that this machine has */
  cpuFeatures?: readonly string[];
  /** Pages load while the guest runs. @default false */
  loading?: boolean;
  /** Snapshot folder whose pages will be checked while the guest runs. */
  verifying?: string | undefined;
}

/** Starts an instance. Leaves nothing behind when it fails. */
export async function start(
  context: EngineContext,
  request: StartRequest,
  options: StartOptions = {},
): Promise<void> {
  const { id, folder } = request;
  requireInstanceId(id);
  if (context.starting.has(id) || (await context.records.read(id)))
    throw new RuntimeFailure(`Instance ${id} exists already.`);
  const abort = new AbortController();
  const done = Promise.withResolvers<void>();
  context.starting.set(id, { abort, done: done.promise });
  try {
    // The record comes first: whatever is made from here on can be found again and removed.
    await context.records.write({ id, folder });
    await startRecorded(context, request, { ...options, signal: abort.signal });
  } catch (error) {
    await remove(context, id);
    throw error;
  } finally {
    context.starting.delete(id);
    done.resolve();
  }
}

async function startRecorded(
  context: EngineContext,
  request: StartRequest,
  options: StartOptions & { signal: AbortSignal },
): Promise<void> {
  const { id, folder, limits } = request;
  const { records, processors, maxTasks } = context;
  const { args = ['run'], restoring = false, filling = false, loading = false, verifying, signal } = options;
  const cpuFeatures = options.cpuFeatures ?? (await context.identity()).cpuFeatures;
  const paths = instancePaths(folder);
  const group = context.cgroups.group(id);
  const steps = [
    options.check?.(signal),
    access(request.image, constants.R_OK),
    writeBundle(context, request, { cgroupsPath: group.path, cpuFeatures }),
    group.create(startingLimits(limits, { tasks: maxTasks, processors })),
  ];
  // Nothing may still be made while what a failed start has made is removed.
  await Promise.allSettled(steps);
  await Promise.all(steps);
  signal.throwIfAborted();
  const raised = new AbortController();
  const running = loading ? loadingLimits : runningLimits;
  const raise = async () => await group.update(running(limits, { processors }));
  const early = filling ? raiseOnceBooting(group, raise, raised.signal) : undefined;
  try {
    await runInstanceCommand(context, {
      id,
      folder,
      args: [...args, '--detach', `--bundle=${paths.bundle}`, `--pid-file=${paths.pidFile}`],
      timeoutMs: restoring ? RESTORE_TIMEOUT_MS : START_TIMEOUT_MS,
      signal,
    });
  } finally {
    raised.abort();
    await early;
  }
  const pid = Number(await readFile(paths.pidFile, 'latin1'));
  const sandbox = identify(pid);
  if (sandbox === undefined) throw new RuntimeFailure(`Instance ${id} ended while it started.`);
  await Promise.all([
    raise(),
    records.write({ id, folder, sandbox, limits, loading: loading || undefined, verifying }),
  ]);
  signal.throwIfAborted();
  context.watch.add({ id, folder, sandbox });
}

async function writeBundle(
  context: EngineContext,
  request: StartRequest,
  options: { cgroupsPath: string; cpuFeatures: readonly string[] },
): Promise<void> {
  const paths = instancePaths(request.folder);
  const spec = createSpec(request, { agent: context.agent, ...options });
  await Promise.all([
    mkdir(paths.root, { recursive: true }),
    mkdir(paths.checkpoints, { recursive: true }),
    mkdir(paths.upper, { recursive: true }),
  ]);
  // It holds the agent's token.
  await writeFile(paths.config, JSON.stringify(spec), { mode: 0o600 });
}

/** Raises limits as soon as the sandbox's own process runs: by then runsc has read what the guest is to see. */
async function raiseOnceBooting(
  group: Group,
  raise: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    for (const pid of await group.processes()) {
      // In a thread: the kernel may hold this one up while the guest's memory is short.
      const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
      if (command.startsWith('runsc-sandbox\0')) return await raise();
    }
    await sleep(5);
  }
}
