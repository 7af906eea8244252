import { release } from 'node:os';
import type { GroupLimits } from '../cgroups/cgroups.ts';
import { pickProcessors } from '../cgroups/processors.ts';
import type { Limits } from '../engine.ts';

const MIB = 1024 * 1024;

/**
 * Limits while the instance starts. The engine reads the guest's memory size and number of processors from the
 * group at that moment, so they are exactly what the guest is to see.
 */
export function startingLimits(limits: Limits, options: { tasks: number; processors: string }): GroupLimits {
  return {
    memoryBytes: limits.memoryMb * MIB,
    cpus: limits.vcpus,
    weight: limits.vcpus,
    tasks: options.tasks,
    processors: pickProcessors(options.processors, limits.vcpus),
  };
}

/**
 * Limits of a started instance: memory with headroom for what the engine itself needs, so that the guest's own guard
 * can act before the kernel ends the whole instance; all processors, the quota being the limit.
 */
export function runningLimits(limits: Limits, options: { processors: string }): Partial<GroupLimits> {
  return {
    memoryBytes: Math.round(limits.memoryMb * 1.25 + 128) * MIB,
    processors: options.processors,
  };
}

/** Most tasks of one instance by default; see `endProcesses` for the kernels that allow fewer. */
export function defaultMaxTasks(kernel = release()): number {
  const [major = 0, minor = 0] = kernel.split(/[.-]/).map(Number);
  const deadlocks = major > 6 || (major === 6 && minor >= 9);
  return deadlocks ? 1000 : 4096;
}
