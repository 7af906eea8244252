import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from './installation.ts';

/** What of sandboxes stands on the machine for one installation, each list sorted. */
export interface Leftovers {
  instanceFolders: string[];
  processes: string[];
  cgroups: string[];
  mounts: string[];
}

/** Looks at the machine itself, not at what our services say of it. */
export function findLeftovers(installation: Installation): Leftovers {
  return {
    instanceFolders: entries(join(installation.dataDir, 'host/instances')),
    processes: sandboxProcesses(installation.dataDir),
    cgroups: instanceCgroups(installation.dataDir),
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(`${installation.dataDir}/host/instances/`)),
  };
}

/** Whether nothing of any sandbox stands on the machine. */
export function nothingLeft(installation: Installation): boolean {
  return Object.values(findLeftovers(installation)).every((list) => list.length === 0);
}

/** The host's own id of a sandbox; undefined when it has none. */
export function instanceOf(installation: Installation, sandboxId: string): string | undefined {
  const folder = join(installation.dataDir, 'host/instances');
  return entries(folder).find((id) =>
    JSON.stringify(readRecord(join(folder, id, 'journal.json'))).includes(`"${sandboxId}"`),
  );
}

/** Address of the guest of a sandbox, as this machine reaches it. */
export function addressOfGuest(installation: Installation, sandboxId: string): string {
  const id = instanceOf(installation, sandboxId);
  if (!id) throw new Error(`${sandboxId} does not run here`);
  const record = readRecord(join(installation.dataDir, 'host/instances', id, 'journal.json'));
  return new URL(`http://${record.agent_address}`).hostname;
}

/** Instances that run and wait for their sandbox, of all pools or of one. */
export function readyInstances(installation: Installation, poolId?: string): string[] {
  const folder = join(installation.dataDir, 'host/instances');
  return entries(folder).filter((id) => {
    const record = readRecord(join(folder, id, 'journal.json'));
    const ready = record.sandbox_id === '' && record.state === 'running';
    return ready && (poolId === undefined || record.pool_id === poolId);
  });
}

/** A journal; empty when it goes at this moment. */
function readRecord(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}

/** Folder in which runsc keeps its state of this installation. */
export function engineStateFolder(installation: Installation): string {
  return join(installation.dataDir, 'host/engine/runsc');
}

/** Process ids of the engine's processes of one sandbox; empty when it does not run. */
export function processesOf(installation: Installation, sandboxId: string): number[] {
  const instance = instanceOf(installation, sandboxId);
  if (!instance) return [];
  return findLeftovers(installation)
    .processes.filter((pid) => readCommand(pid).includes(instance))
    .map(Number);
}

/** Name of the table of the packet filter that has the rules of an installation. */
export function packetFilterTable({ dataDir }: Installation): string {
  return `nullspace_${createHash('sha256').update(dataDir).digest('hex').slice(0, 6)}`;
}

/** Sorted names in a folder; none when it is not there, or goes at this moment. */
function entries(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A group of processes that is being removed is no device any more.
    if (code === 'ENOENT' || code === 'ENODEV') return [];
    throw error;
  }
}

/** Process ids of runsc processes whose command line names the data folder. */
function sandboxProcesses(dataDir: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readCommand(pid).includes(dataDir) && readlinkSync(`/proc/${pid}/exe`).includes('runsc');
      } catch {
        return false;
      }
    });
}

/** A process's command line; empty once it is gone. */
function readCommand(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Groups of instances of this installation, of whichever controller. */
function instanceCgroups(dataDir: string): string[] {
  const roots = existsSync('/sys/fs/cgroup/cgroup.controllers')
    ? ['/sys/fs/cgroup']
    : entries('/sys/fs/cgroup').map((name) => `/sys/fs/cgroup/${name}`);
  const ids = new Set(entries(join(dataDir, 'host/instances')));
  const found = roots.flatMap((root) =>
    entries(root)
      .filter((name) => name.startsWith('nullspace-'))
      .flatMap((parent) => entries(join(root, parent)).filter((name) => ids.has(name))),
  );
  return [...new Set(found)].sort();
}
