export interface GvisorOptions {
  /** Absolute path of the runsc binary. */
  runsc: string;
  /** Absolute path of the guest agent: a static binary named `agent`. Its folder is shown to guests at /.nullspace. */
  agent: string;
  /** Folder of the engine's own state, which outlives our process. Made when missing. */
  stateFolder: string;
  /** Short name of this installation, 1 to 6 lower-case letters and digits: tells its control groups from others'. */
  installation: string;
  /**
   * Most tasks (processes and threads of the host) of one instance. A guest's process costs about 2.2.
   * @default 10340, but 2100 on kernels that deadlock when too many end at once; see `largestProcessLimit`
   */
  maxTasks?: number;
  /** Processes of runsc that wait for commands while the engine is open. @default 0 */
  spares?: number;
  /** A pause copies disks that take less, and keeps the file of others. @default 64 MiB */
  leastDiskBytes?: number;
  /** Where control groups are mounted. @default /sys/fs/cgroup */
  cgroupRoot?: string;
}
