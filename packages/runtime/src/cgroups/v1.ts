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
import { expandProcessors } from './processors.ts';
import { makeMovesQuick } from './quick-moves.ts';

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

  let quickMoves: Disposable | undefined;

  async function setUp(): Promise<void> {
    await Promise.all(USED.map((controller) => mkdir(folderOf(controller), { recursive: true })));
    fillCpuset(folderOf('cpuset'), processors, root);
    // All instances together weigh as much as one busy task of the host for each core.
    const cores = expandProcessors(processors).length;
    writeControl(`${folderOf('cpu')}/cpu.shares`, 1024 * cores);
    quickMoves ??= await makeMovesQuick();
  }

  return {
    version: 1,
    setUp,
    group: (id) => createGroupV1({ root, name, id }),
    list: async () => {
      const found = new Set<string>();
      for (const controller of listFolders(root)) {
        for (const id of listFolders(folderOf(controller))) found.add(id);
      }
      return [...found];
    },
    remove: async () => {
      for (const controller of listFolders(root)) await removeGroup(folderOf(controller));
      quickMoves?.[Symbol.dispose]();
      quickMoves = undefined;
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
    const raise = readNumber(limit) < bytes;
    const write =
      readNumber(`${at('memory')}/memory.usage_in_bytes`) > bytes ? writeSlowControl : writeControl;
    if (raise) await ifThere(() => write(withSwap, bytes));
    await write(limit, bytes);
    if (!raise) await ifThere(() => write(withSwap, bytes));
  }

  async function update(limits: Partial<GroupLimits>): Promise<void> {
    const { memoryBytes, cpus, weight, tasks, processors } = limits;
    if (cpus !== undefined) writeControl(`${at('cpu')}/cpu.cfs_quota_us`, Math.round(cpus * PERIOD_USEC));
    if (weight !== undefined) writeControl(`${at('cpu')}/cpu.shares`, Math.max(2, Math.round(1024 * weight)));
    if (tasks !== undefined) writeControl(`${at('pids')}/pids.max`, tasks);
    if (processors !== undefined) fillCpuset(at('cpuset'), processors, root);
    // Last, as the kernel may refuse.
    if (memoryBytes !== undefined) await setMemory(memoryBytes);
  }

  return {
    path: `/${name}/${id}`,
    update,
    create: async (limits) => {
      await Promise.all(USED.map((controller) => mkdir(at(controller), { recursive: true })));
      await update(limits);
    },
    processes: async () => readProcesses(`${at('pids')}/cgroup.procs`),
    tasks: async () => readNumber(`${at('pids')}/pids.current`),
    outOfMemoryKills: async () => readKey(`${at('memory')}/memory.oom_control`, 'oom_kill'),
    usage: async (): Promise<Usage | undefined> => {
      const cpu = readControl(`${at('cpuacct')}/cpuacct.usage`);
      if (cpu === undefined) return undefined;
      const memory = readNumber(`${at('memory')}/memory.usage_in_bytes`);
      const cache = readKey(`${at('memory')}/memory.stat`, 'total_inactive_file');
      return {
        cpuUsec: Math.round(Number(cpu) / 1000),
        memoryBytes: Math.max(0, memory - cache),
        processes: readNumber(`${at('pids')}/pids.current`),
      };
    },
    remove: async () => {
      for (const controller of listFolders(root)) await removeGroup(at(controller));
    },
  };
}

/** A cpuset of version 1 takes no process until processors and memory nodes are set. */
function fillCpuset(folder: string, processors: string, root: string): void {
  const nodes = readControl(`${root}/cpuset/cpuset.mems`);
  writeControl(`${folder}/cpuset.mems`, nodes ?? '0');
  writeControl(`${folder}/cpuset.cpus`, processors);
}
