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
import { expandProcessors } from './processors.ts';
import { createQuickMoves } from './quick-moves.ts';

const PERIOD_USEC = 100_000;

/** Hierarchies that we set limits in. The engine joins the others of the machine as well and makes its groups there. */
const USED = ['memory', 'cpu', 'cpuacct', 'cpuset', 'pids'];

/**
 * Control groups of version 1, one hierarchy a controller, mounted under `root`. Controllers mounted together
 * (cpu,cpuacct) are reached by their links, so making a folder twice is fine.
 */
export function createCgroupsV1(options: { root: string; name: string; processors: string }): Cgroups {
  const { root, name, processors } = options;
  const folderOf = (controller: string, ...path: string[]) => [root, controller, name, ...path].join('/');

  const quickMoves = createQuickMoves({ hierarchy: `${root}/pids` });

  async function setUp(): Promise<void> {
    await Promise.all(USED.map((controller) => mkdir(folderOf(controller), { recursive: true })));
    await fillCpuset(folderOf('cpuset'), processors, root);
    // All instances together weigh as much as one busy task of the host for each core.
    const cores = expandProcessors(processors).length;
    await writeControl(`${folderOf('cpu')}/cpu.shares`, 1024 * cores);
  }

  return {
    version: 1,
    setUp,
    group: (id) => createGroupV1({ root, name, id }),
    expectMoves: () => quickMoves.enter(),
    list: async () => {
      const found = new Set<string>();
      for (const controller of await listFolders(root)) {
        for (const id of await listFolders(folderOf(controller))) found.add(id);
      }
      return [...found];
    },
    remove: async () => {
      for (const controller of await listFolders(root)) await removeGroup(folderOf(controller));
    },
  };
}

function createGroupV1(options: { root: string; name: string; id: string }): Group {
  const { root, name, id } = options;
  const at = (controller: string) => `${root}/${controller}/${name}/${id}`;

  async function setMemory(bytes: number): Promise<void> {
    const limit = `${at('memory')}/memory.limit_in_bytes`;
    const withSwap = `${at('memory')}/memory.memsw.limit_in_bytes`;
    // The limit with swap may never be below the one without.
    const raise = (await readNumber(limit)) < bytes;
    if (raise) await writeOptionalControl(withSwap, bytes);
    await writeControl(limit, bytes);
    if (!raise) await writeOptionalControl(withSwap, bytes);
  }

  async function update(limits: Partial<GroupLimits>): Promise<void> {
    const { memoryBytes, cpus, weight, tasks, processors } = limits;
    await Promise.all([
      memoryBytes !== undefined && setMemory(memoryBytes),
      cpus !== undefined && writeControl(`${at('cpu')}/cpu.cfs_quota_us`, Math.round(cpus * PERIOD_USEC)),
      weight !== undefined && writeControl(`${at('cpu')}/cpu.shares`, Math.max(2, Math.round(1024 * weight))),
      tasks !== undefined && writeControl(`${at('pids')}/pids.max`, tasks),
      processors !== undefined && fillCpuset(at('cpuset'), processors, root),
    ]);
  }

  return {
    path: `/${name}/${id}`,
    update,
    create: async (limits) => {
      await Promise.all(USED.map((controller) => mkdir(at(controller), { recursive: true })));
      await update(limits);
    },
    processes: async () => await readProcesses(`${at('pids')}/cgroup.procs`),
    tasks: async () => await readNumber(`${at('pids')}/pids.current`),
    outOfMemoryKills: async () => await readKey(`${at('memory')}/memory.oom_control`, 'oom_kill'),
    usage: async (): Promise<Usage | undefined> => {
      const [cpu, memory, cache, processes] = await Promise.all([
        readControl(`${at('cpuacct')}/cpuacct.usage`),
        readNumber(`${at('memory')}/memory.usage_in_bytes`),
        readKey(`${at('memory')}/memory.stat`, 'total_inactive_file'),
        readNumber(`${at('pids')}/pids.current`),
      ]);
      if (cpu === undefined) return undefined;
      return {
        cpuUsec: Math.round(Number(cpu) / 1000),
        memoryBytes: Math.max(0, memory - cache),
        processes,
      };
    },
    remove: async () => {
      for (const controller of await listFolders(root)) await removeGroup(at(controller));
    },
  };
}

/** A cpuset of version 1 takes no process until processors and memory nodes are set. */
async function fillCpuset(folder: string, processors: string, root: string): Promise<void> {
  const nodes = await readControl(`${root}/cpuset/cpuset.mems`);
  await writeControl(`${folder}/cpuset.mems`, nodes ?? '0');
  await writeControl(`${folder}/cpuset.cpus`, processors);
}
