import type { Usage } from '../engine.ts';

/** What one instance may use of the machine. */
export interface GroupLimits {
  memoryBytes: number;
  /** Cores that may be used at the same moment. */
  cpus: number;
  /** Weight against other instances when cores are short, in vCPUs. */
  weight: number;
  /** Most tasks (threads and processes of the host). */
  tasks: number;
  /** Processors on which tasks may run, for example "0-3". */
  processors: string;
}

/** The control groups of one instance. */
export interface Group {
  /** Absolute path of the group in its hierarchy, as an OCI spec's `cgroupsPath` names it. */
  readonly path: string;
  /** Makes the group and sets its limits. */
  create(limits: GroupLimits): Promise<void>;
  /** Changes limits; those left out stay as they are. */
  update(limits: Partial<GroupLimits>): Promise<void>;
  /** Processes in the group; none when there is no group. */
  processes(): Promise<number[]>;
  /** Number of tasks, threads included. */
  tasks(): Promise<number>;
  /** How often the kernel killed a process at the memory limit. */
  outOfMemoryKills(): Promise<number>;
  /** Undefined when there is no group. */
  usage(): Promise<Usage | undefined>;
  /** Removes the group, which must hold no process. May be repeated. */
  remove(): Promise<void>;
}

/** Control groups of this installation: one parent, and a group an instance under it. */
export interface Cgroups {
  readonly version: 1 | 2;
  /** Makes the parent, and what makes the engine's moves into groups quick. May be repeated. */
  setUp(): Promise<void>;
  group(id: string): Group;
  /** Ids of the groups that exist. */
  list(): Promise<string[]>;
  /** Removes the parent, which must have no groups left. */
  remove(): Promise<void>;
}
