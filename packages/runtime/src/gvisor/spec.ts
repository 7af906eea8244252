import { dirname } from 'node:path';
import type { StartRequest } from '../engine.ts';
import { capabilities } from './capabilities.ts';
import { instancePaths } from './paths.ts';

const MIB = 1024 * 1024;
const PERIOD_USEC = 100_000;
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The OCI runtime specification of an instance: EROFS root, writable layer on disk, agent mounted read-only. */
export function createSpec(
  request: StartRequest,
  options: { agent: string; cgroupsPath: string; cpuFeatures: readonly string[] },
) {
  const { image, folder, limits, slot, hostname, env } = request;
  const { agent, cgroupsPath, cpuFeatures } = options;
  const paths = instancePaths(folder);
  return {
    ociVersion: '1.2.0',
    hostname,
    root: { path: paths.root, readonly: false },
    process: {
      user: { uid: 0, gid: 0 },
      args: ['/.nullspace/agent'],
      cwd: '/',
      env: Object.entries({ PATH, HOME: '/root', ...env }).map(([name, value]) => `${name}=${value}`),
      capabilities: {
        bounding: capabilities,
        effective: capabilities,
        permitted: capabilities,
      },
      rlimits: [{ type: 'RLIMIT_NOFILE', soft: 65_536, hard: 1_048_576 }],
    },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc' },
      { destination: '/sys', type: 'sysfs', source: 'sysfs', options: ['ro', 'nosuid', 'noexec', 'nodev'] },
      { destination: '/dev/shm', type: 'tmpfs', source: 'shm', options: ['mode=1777', 'nosuid', 'nodev'] },
      { destination: '/.nullspace', type: 'bind', source: dirname(agent), options: ['rbind', 'ro'] },
    ],
    annotations: {
      'dev.gvisor.spec.rootfs.source': image,
      'dev.gvisor.spec.rootfs.type': 'erofs',
      'dev.gvisor.spec.rootfs.overlay': `dir=${paths.upper}`,
      'dev.gvisor.spec.rootfs.options': `size=${limits.diskMb}m`,
      // Lets the agent read /proc/gvisor/checkpoint and so learn that it is a copy.
      'dev.gvisor.internal.checkpoint.path': paths.checkpoints,
      // What a snapshot relies on is thereby known.
      'dev.gvisor.internal.cpufeatures': cpuFeatures.join(','),
    },
    linux: {
      cgroupsPath,
      resources: {
        memory: { limit: limits.memoryMb * MIB },
        cpu: { quota: Math.round(limits.vcpus * PERIOD_USEC), period: PERIOD_USEC },
      },
      namespaces: [
        { type: 'pid' },
        { type: 'ipc' },
        { type: 'uts' },
        { type: 'mount' },
        { type: 'network', path: `/run/netns/${slot.namespace}` },
      ],
    },
  };
}
