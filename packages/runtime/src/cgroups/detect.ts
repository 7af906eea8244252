import { existsSync, readFileSync } from 'node:fs';
import { RuntimeFailure } from '../errors.ts';
import type { Cgroups } from './cgroups.ts';
import { createCgroupsV1 } from './v1.ts';
import { createCgroupsV2 } from './v2.ts';

/** Control groups of this machine under a parent of the given name, whichever version is mounted at `root`. */
export function detectCgroups(options: { name: string; root?: string }): Cgroups {
  const { name, root = '/sys/fs/cgroup' } = options;
  if (isUnified(root)) return createCgroupsV2({ root, name });
  if (existsSync(`${root}/memory/cgroup.procs`)) {
    const processors = readFileSync(`${root}/cpuset/cpuset.cpus`, 'latin1').trim();
    return createCgroupsV1({ root, name, processors });
  }
  throw new RuntimeFailure(`No control groups are mounted at ${root}. Mount cgroup2 there.`);
}

/** Whether version 2 is mounted at `root`: one hierarchy of all controllers. */
export function isUnified(root: string): boolean {
  return existsSync(`${root}/cgroup.controllers`);
}

/** Processors on which instances may run, as a list such as "0-3". */
export function readProcessors(root = '/sys/fs/cgroup'): string {
  const file = existsSync(`${root}/cpuset.cpus.effective`)
    ? `${root}/cpuset.cpus.effective`
    : `${root}/cpuset/cpuset.cpus`;
  return readFileSync(file, 'latin1').trim();
}
