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

/**
 * Limits while the instance is saved. The kernel counts the cache of the files that the engine writes as the instance's
 * memory; at its usual limit it would drop them before their checksums are made, which then had to read the disk.
 * They hold at most the guest's memory and its disk.
 */
export function savingLimits(limits: Limits, options: { processors: string }): Partial<GroupLimits> {
  const { memoryBytes = 0 } = runningLimits(limits, options);
  return { memoryBytes: memoryBytes + (limits.memoryMb + limits.diskMb) * MIB };
}

/**
 * Limits while pages of a snapshot load. At the usual limit the kernel would bring the guest's disk to the host's one
 * before it takes the next page of it, and the guest would wait for memory behind that.
 */
export function loadingLimits(limits: Limits, options: { processors: string }): Partial<GroupLimits> {
  return { ...runningLimits(limits, options), ...savingLimits(limits, options) };
}

/** What the engine may need of an instance's memory before it has restored the guest, its own processes included. */
const ENGINE_BYTES = 96 * MIB;

/**
 * Whether a snapshot may take more memory than `startingLimits` leave, before the engine has restored it: its pages, and as
 * much again for what the engine makes of them.
 */
export function mayExceedStart(sizeBytes: number, { memoryMb }: Limits): boolean {
  return 2 * sizeBytes + ENGINE_BYTES > memoryMb * MIB;
}

/** Tasks of the host that one process of a guest costs, measured at 2.2, rounded up. */
const TASKS_PER_PROCESS = 2.5;

/** Tasks that the engine itself needs. */
const OWN_TASKS = 100;

/**
 * Most processes and threads that a guest should be allowed, for the guest's own guard. The engine crashes as a whole
 * when the host refuses it a task, so this limit has to act first.
 */
export function largestProcessLimit(kernel = release()): number {
  const [major = 0, minor = 0] = kernel.split(/[.-]/).map(Number);
  // See `endProcesses`: on these kernels fewer than 1,024 may end at the same moment.
  const deadlocks = major > 6 || (major === 6 && minor >= 9);
  return deadlocks ? 800 : 4096;
}

/** Most tasks of one instance on the host by default. */
export function defaultMaxTasks(kernel = release()): number {
  return Math.round(largestProcessLimit(kernel) * TASKS_PER_PROCESS) + OWN_TASKS;
}
