import { mkdir } from 'node:fs/promises';
import type { Usage } from '../engine.ts';
import type { Cgroups, Group, GroupLimits } from './cgroups.ts';
import {
  ifThere,
  listFolders,
  readControl,
  readKey,
  readNumber,
  readProcesses,
  removeGroup,
  writeControl,
  writeSlowControl,
} from './files.ts';

const PERIOD_USEC = 100_000;
const USED = ['memory', 'cpu', 'cpuset', 'pids'];

/** Control groups of version 2, one hierarchy mounted at `root`. */
export function createCgroupsV2(options: { root: string; name: string }): Cgroups {
  const { root, name } = options;
  const parent = `${root}/${name}`;

  function enableControllers(folder: string): void {
    const enabled = readControl(`${folder}/cgroup.subtree_control`)?.split(' ') ?? [];
    const missing = USED.filter((controller) => !enabled.includes(controller));
    if (missing.length === 0) return;
    writeControl(`${folder}/cgroup.subtree_control`, missing.map((each) => `+${each}`).join(' '));
  }

  return {
    version: 2,
    setUp: async () => {
      enableControllers(root);
      await mkdir(parent, { recursive: true });
      enableControllers(parent);
    },
    group: (id) => createGroupV2({ folder: `${parent}/${id}`, path: `/${name}/${id}` }),
    list: async () => listFolders(parent),
    remove: async () => await removeGroup(parent),
  };
}

function createGroupV2(options: { folder: string; path: string }): Group {
  const { folder, path } = options;

  async function setMemory(bytes: number): Promise<void> {
    const limit = `${folder}/memory.max`;
    const excess = readNumber(`${folder}/memory.current`) - bytes;
    if (excess <= 0) return writeControl(limit, bytes);
    // Below what is in use the kernel ends the instance unless it frees as much at once. Asked before, it takes its time.
    await writeSlowControl(`${folder}/memory.reclaim`, excess).catch(() => {});
    await writeSlowControl(limit, bytes);
  }

  async function update(limits: Partial<GroupLimits>): Promise<void> {
    const { memoryBytes, cpus, weight, tasks, processors } = limits;
    if (cpus !== undefined)
      writeControl(`${folder}/cpu.max`, `${Math.round(cpus * PERIOD_USEC)} ${PERIOD_USEC}`);
    if (weight !== undefined)
      writeControl(`${folder}/cpu.weight`, Math.min(10_000, Math.max(1, Math.round(100 * weight))));
    if (tasks !== undefined) writeControl(`${folder}/pids.max`, tasks);
    if (processors !== undefined) writeControl(`${folder}/cpuset.cpus`, processors);
    // Last, as the kernel may refuse.
    if (memoryBytes !== undefined) await setMemory(memoryBytes);
  }

  return {
    path,
    update,
    create: async (limits) => {
      await mkdir(folder, { recursive: true });
      await update(limits);
      // Kernels without swap accounting have no such file.
      await ifThere(() => writeControl(`${folder}/memory.swap.max`, 0));
    },
    processes: async () => readProcesses(`${folder}/cgroup.procs`),
    tasks: async () => readNumber(`${folder}/pids.current`),
    outOfMemoryKills: async () => readKey(`${folder}/memory.events`, 'oom_kill'),
    usage: async (): Promise<Usage | undefined> => {
      const current = readControl(`${folder}/memory.current`);
      if (current === undefined) return undefined;
      return {
        cpuUsec: readKey(`${folder}/cpu.stat`, 'usage_usec'),
        memoryBytes: Math.max(0, Number(current) - readKey(`${folder}/memory.stat`, 'inactive_file')),
        processes: readNumber(`${folder}/pids.current`),
      };
    },
    remove: async () => await removeGroup(folder),
  };
}
