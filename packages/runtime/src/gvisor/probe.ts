import { constants, existsSync } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Problem } from '../engine.ts';
import { run } from '../processes/run.ts';

export interface ProbeOptions {
  runsc: string;
  agent: string;
  cgroupRoot?: string;
}

/** What of this machine is missing for gVisor, all at once. Changes nothing. */
export async function probe(options: ProbeOptions): Promise<Problem[]> {
  const { runsc, agent, cgroupRoot = '/sys/fs/cgroup' } = options;
  const problems = await Promise.all([
    probeRoot(),
    probeKernel(),
    probeRunsc(runsc),
    probeAgent(agent),
    probeCgroups(cgroupRoot),
    probeTool('ip', ['-Version'], 'iproute2'),
    probeTool('nft', ['--version'], 'nftables'),
  ]);
  return problems.filter((problem) => problem !== undefined);
}

function probeRoot(): Problem | undefined {
  if (process.geteuid?.() === 0) return undefined;
  return {
    item: 'root',
    message: 'The host process does not run as root, which sandboxes and their networks need.',
    fix: 'Start it as root.',
  };
}

async function probeKernel(): Promise<Problem | undefined> {
  const release = (await readFile('/proc/sys/kernel/osrelease', 'latin1')).trim();
  const [major = 0, minor = 0] = release.split(/[.-]/).map(Number);
  if (process.arch === 'x64' && (major > 4 || (major === 4 && minor >= 15))) return undefined;
  return {
    item: 'kernel',
    message: `gVisor needs Linux 4.15 or later on x86-64; this is ${release} on ${process.arch}.`,
    fix: 'Use a machine with a later kernel.',
  };
}

async function probeRunsc(runsc: string): Promise<Problem | undefined> {
  try {
    await run(runsc, ['--version']);
    return undefined;
  } catch (error) {
    return { item: 'runsc', message: (error as Error).message, fix: 'Build it with engine/build.' };
  }
}

async function probeAgent(agent: string): Promise<Problem | undefined> {
  const executable = await access(agent, constants.X_OK).then(
    () => true,
    () => false,
  );
  if (executable && basename(agent) === 'agent') return undefined;
  return {
    item: 'agent',
    message: `${agent} is no executable file named agent.`,
    fix: 'Build it with guest/build.',
  };
}

async function probeCgroups(root: string): Promise<Problem | undefined> {
  const unified = await readFile(`${root}/cgroup.controllers`, 'latin1').catch(() => undefined);
  const missing = ['memory', 'cpu', 'cpuset', 'pids'].filter((controller) =>
    unified === undefined
      ? !existsSync(`${root}/${controller}/cgroup.procs`)
      : !unified.split(/\s/).includes(controller),
  );
  if (missing.length === 0) return undefined;
  return {
    item: 'cgroups',
    message: `Control groups for ${missing.join(', ')} are missing under ${root}.`,
    fix: 'Mount cgroup2 there, or enable the controllers on the kernel command line.',
  };
}

async function probeTool(
  command: string,
  args: string[],
  debianPackage: string,
): Promise<Problem | undefined> {
  try {
    await run(command, args);
    return undefined;
  } catch (error) {
    return { item: command, message: (error as Error).message, fix: `Install the package ${debianPackage}.` };
  }
}
