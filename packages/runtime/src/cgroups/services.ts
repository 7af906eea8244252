import { mkdir } from 'node:fs/promises';
import { isUnified } from './detect.ts';
import { ifThere, readControl, readProcesses, removeGroup, writeControl, writeSlowControl } from './files.ts';

/** Weight against one process of the machine, or one vCPU of an instance. */
const WEIGHT = 10;

/**
 * The control group of the product's own services. Every call passes through them, and they use little: without a weight
 * of their own each call would wait its turn behind an instance that computes without end.
 */
export interface ServicesGroup {
  /** Moves a process into the group, with all that it starts from then on. */
  join(pid: number): Promise<void>;
  /** Gives a process that computes for long the weight of any other one of the machine. */
  leave(pid: number): Promise<void>;
  /** Removes the group; processes in it go on outside. May be repeated. */
  remove(): Promise<void>;
}

/** The services' group of an installation, in whichever version of control groups is mounted at `root`. */
export function createServicesGroup(options: { installation: string; root?: string }): ServicesGroup {
  const { installation, root = '/sys/fs/cgroup' } = options;
  const unified = isUnified(root);
  const outside = unified ? root : `${root}/cpu`;
  const folder = `${outside}/nullspace-${installation}-services`;

  // Not at once: the kernel takes its time for a move.
  const move = (pid: number, group: string) => writeSlowControl(`${group}/cgroup.procs`, pid);

  return {
    async join(pid) {
      // A service manager counts by group what it started; its units have a weight of their own.
      if (unified && isOfUnit(pid)) return;
      await mkdir(folder, { recursive: true });
      if (unified) writeControl(`${folder}/cpu.weight`, 100 * WEIGHT);
      else writeControl(`${folder}/cpu.shares`, 1024 * WEIGHT);
      await move(pid, folder);
    },
    async leave(pid) {
      if (readProcesses(`${folder}/cgroup.procs`).includes(pid)) await move(pid, outside);
    },
    async remove() {
      await removeGroup(folder, (pid) => ifThere(() => move(pid, outside)));
    },
  };
}

function isOfUnit(pid: number): boolean {
  return /^0::.*\.service(\/|$)/m.test(readControl(`/proc/${pid}/cgroup`) ?? '');
}
