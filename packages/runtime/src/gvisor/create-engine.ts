import { mkdir } from 'node:fs/promises';
import { detectCgroups, readProcessors } from '../cgroups/detect.ts';
import type { Ended, Engine } from '../engine.ts';
import { abortable } from '../processes/abortable.ts';
import { inspectSnapshot } from '../snapshots/inspect.ts';
import { clean } from './clean.ts';
import { readDiskUse } from './disk-use.ts';
import type { EngineContext } from './engine-context.ts';
import { createSubcommandProbe } from './has-subcommand.ts';
import { createIdentityReader } from './identity.ts';
import { kill } from './kill.ts';
import { defaultMaxTasks } from './limits.ts';
import { list } from './list.ts';
import type { GvisorOptions } from './options.ts';
import { statePaths } from './paths.ts';
import { PAUSE_CHECKPOINT } from './pause-checkpoint.ts';
import { probe } from './probe.ts';
import { createVersionReader } from './read-version.ts';
import { createRecords } from './records.ts';
import { restore, resumeLoad } from './restore.ts';
import { saveSnapshot } from './save.ts';
import { LEAST_DISK_BYTES } from './saved-disk.ts';
import { AWAIT } from './spare.ts';
import { Spares } from './spares.ts';
import { start } from './start.ts';
import { DATA_RANGES, sumSnapshot } from './sum-snapshot.ts';
import { thaw } from './thaw.ts';
import { createWatch } from './watch.ts';

const UNKNOWN: Ended = { cause: 'killed', message: 'There is no such instance.' };

/** The engine that runs instances in gVisor. Constructing it changes nothing on the machine. */
export function createGvisorEngine(options: GvisorOptions): Engine {
  const { runsc, agent, stateFolder, installation, cgroupRoot } = options;
  const paths = statePaths(stateFolder);
  const version = createVersionReader(runsc);
  const hasPauseCheckpoint = createSubcommandProbe(runsc, PAUSE_CHECKPOINT);
  const keepsDisks = createSubcommandProbe(runsc, DATA_RANGES);
  const identity = createIdentityReader(runsc, { version, keepsDisks });
  const spares = new Spares({
    runsc,
    count: options.spares ?? 0,
    canAwait: createSubcommandProbe(runsc, AWAIT),
  });
  let prepared: Promise<EngineContext> | undefined;

  /** State folders and the parent of control groups, made once before the first use. */
  async function prepare(): Promise<EngineContext> {
    const cgroups = detectCgroups({ name: `nullspace-${installation}`, root: cgroupRoot });
    const records = createRecords(paths.records);
    await Promise.all([
      mkdir(paths.runsc, { recursive: true, mode: 0o700 }),
      records.setUp(),
      cgroups.setUp(),
      // Asked ahead of the first start or save, which needs it; a failure is theirs to report.
      identity().catch(() => {}),
      hasPauseCheckpoint().catch(() => {}),
      keepsDisks().catch(() => {}),
    ]);
    return {
      spares,
      agent,
      root: paths.runsc,
      cgroups,
      records,
      watch: createWatch(cgroups),
      maxTasks: options.maxTasks ?? defaultMaxTasks(),
      processors: readProcessors(cgroupRoot),
      starting: new Map(),
      saving: new Map(),
      ending: new Set(),
      loading: new Map(),
      identity,
      hasPauseCheckpoint,
      keepsDisks,
      leastDiskBytes: options.leastDiskBytes ?? LEAST_DISK_BYTES,
    };
  }

  async function context(): Promise<EngineContext> {
    prepared ??= prepare();
    try {
      return await prepared;
    } catch (error) {
      prepared = undefined;
      throw error;
    }
  }

  return {
    name: 'gvisor',
    version,
    probe: async () => await probe({ runsc, agent, cgroupRoot }),
    open: () => spares.open(),
    close: async () => await spares.close(),
    start: async (request) => await start(await context(), request),
    restore: async (request) => await restore(await context(), request),
    saveSnapshot: async (id, folder, options) =>
      await saveSnapshot(await context(), id, { ...options, folder }),
    thaw: async (id) => await thaw(await context(), id),
    inspectSnapshot,
    sumSnapshot: async (folder, signal) => await sumSnapshot(runsc, folder, signal),
    kill: async (id) => await kill(await context(), id),
    list: async () => await list(await context()),
    async usage(id) {
      const prepared = await context();
      const [usage, disk] = await Promise.all([
        prepared.cgroups.group(id).usage(),
        readDiskUse(prepared, id),
      ]);
      return usage && { ...usage, diskBytes: disk?.bytes, diskStays: disk?.named };
    },
    async wait(id, signal) {
      const { watch, records } = await context();
      if (!watch.ended(id)) {
        const record = await records.read(id);
        if (!record?.sandbox) return UNKNOWN;
        watch.add({ id, folder: record.folder, sandbox: record.sandbox });
        await resumeLoad(await context(), record);
      }
      return await abortable(watch.ended(id) ?? Promise.resolve(UNKNOWN), signal);
    },
    async clean(keep) {
      await clean(await context(), keep);
      if (keep.size === 0) prepared = undefined;
    },
  };
}
