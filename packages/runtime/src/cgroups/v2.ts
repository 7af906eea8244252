import { mkdir } from 'node:fs/promises';
import type { Usage } from '../engine.ts';
import type { Cgroups, Group, GroupLimits } from './cgroups.ts';
import {
  listFolders,
  readControl,
  readKey,
  readNumber,
  readProcesses,
  removeGroup,
  writeControl,
  writeOptionalControl,
} from './files.ts';

const PERIOD_USEC = 100_000;
const USED = ['memory', 'cpu', 'cpuset', 'pids'];

/** Control groups of version 2, one hierarchy mounted at `root`. */
export function createCgroupsV2(options: { root: string; name: string }): Cgroups {
  const { root, name } = options;
  const parent = `${root}/${name}`;

  async function enableControllers(folder: string): Promise<void> {
    const enabled = (await readControl(`${folder}/cgroup.subtree_control`))?.split(' ') ?? [];
    const missing = USED.filter((controller) => !enabled.includes(controller));
    if (missing.length === 0) return;
    await writeControl(`${folder}/cgroup.subtree_control`, missing.map((each) => `+${each}`).join(' '));
  }

  return {
    version: 2,
    setUp: async () => {
      await enableControllers(root);
      await mkdir(parent, { recursive: true });
      await enableControllers(parent);
    },
    group: (id) => createGroupV2({ folder: `${parent}/${id}`, path: `/${name}/${id}` }),
    // The engine's processes are born in their group here.
    expectMoves: () => ({ [Symbol.dispose]() {} }),
    list: async () => await listFolders(parent),
    remove: async () => await removeGroup(parent),
  };
}

function createGroupV2(options: { folder: string; path: string }): Group {
  const { folder, path } = options;

  async function setMemory(bytes: number): Promise<void> {
    const excess = (await readNumber(`${folder}/memory.current`)) - bytes;
    // Below what is in use the kernel ends the instance unless it frees as much at once. Asked before, it takes its time.
    if (excess > 0) await writeOptionalControl(`${folder}/memory.reclaim`, excess).catch(() => {});
    await writeControl(`${folder}/memory.max`, bytes);
  }

  async function update(limits: Partial<GroupLimits>): Promise<void> {
    const { memoryBytes, cpus, weight, tasks, processors } = limits;
    await Promise.all([
      memoryBytes !== undefined && setMemory(memoryBytes),
      cpus !== undefined &&
        writeControl(`${folder}/cpu.max`, `${Math.round(cpus * PERIOD_USEC)} ${PERIOD_USEC}`),
      weight !== undefined &&
        writeControl(`${folder}/cpu.weight`, Math.min(10_000, Math.max(1, Math.round(100 * weight)))),
      tasks !== undefined && writeControl(`${folder}/pids.max`, tasks),
      processors !== undefined && writeControl(`${folder}/cpuset.cpus`, processors),
    ]);
  }

  return {
    path,
    update,
    create: async (limits) => {
      await mkdir(folder, { recursive: true });
      await update(limits);
      // Kernels without swap accounting have no such file.
      await writeOptionalControl(`${folder}/memory.swap.max`, 0);
    },
    processes: async () => await readProcesses(`${folder}/cgroup.procs`),
    tasks: async () => await readNumber(`${folder}/pids.current`),
    outOfMemoryKills: async () => await readKey(`${folder}/memory.events`, 'oom_kill'),
    usage: async (): Promise<Usage | undefined> => {
      const [current, cpuUsec, cache, processes] = await Promise.all([
        readControl(`${folder}/memory.current`),
        readKey(`${folder}/cpu.stat`, 'usage_usec'),
        readKey(`${folder}/memory.stat`, 'inactive_file'),
        readNumber(`${folder}/pids.current`),
      ]);
      if (current === undefined) return undefined;
      return { cpuUsec, memoryBytes: Math.max(0, Number(current) - cache), processes };
    },
    remove: async () => await removeGroup(folder),
  };
}
