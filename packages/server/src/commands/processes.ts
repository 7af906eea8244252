import type { ProcessDetail, ProcessInfo } from '@nullspace/contract';
import type { guest } from '@nullspace/proto';
import { ApiError } from '../api-error.ts';
import type { Context } from '../context.ts';
import { toCount } from '../sandboxes/read-metrics.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { toTimestamp } from '../to-timestamp.ts';
import { readExitCode, readGuard } from './describe-exit.ts';

/** A process of a sandbox that was started through the API. */
export interface ProcessAddress extends SandboxAddress {
  pid: number;
}

/** Processes started through the API, finished ones too while the agent remembers them. */
export async function listProcesses(context: Context, address: SandboxAddress): Promise<ProcessInfo[]> {
  const live = await context.finder.findLive(address);
  return context.guests.call(live, { failure: 'exec_failed' }, async (guest, signal) => {
    const { processes } = await guest.listProcesses(signal);
    return processes.map(({ pid, command, running }) => ({ pid, command, running }));
  });
}

/** One process and what it uses. @throws {ApiError} `process_not_found`. */
export async function describeProcess(
  context: Context,
  { pid, ...address }: ProcessAddress,
): Promise<ProcessDetail> {
  const live = await context.finder.findLive(address);
  return context.guests.call(live, { failure: 'exec_failed' }, async (guest, signal) => {
    const { processes } = await guest.listProcesses(signal, { pid });
    const found = processes.find((process) => process.pid === pid);
    if (found) return presentProcess(found);
    const values = { sandbox_id: address.sandboxId, pid };
    throw new ApiError('process_not_found', values, { details: values });
  });
}

function presentProcess(process: guest.Process): ProcessDetail {
  return {
    pid: process.pid,
    command: process.command,
    running: process.running,
    started_at: toTimestamp(process.startedUnixMs),
    exit_code: process.running ? null : readExitCode(process.exit),
    timed_out: process.exit?.timedOut ?? false,
    killed_by: readGuard(process.exit),
    cpu_ms: toCount(process.cpuUs) / 1000,
    memory_bytes: toCount(process.memoryBytes),
    process_count: process.processCount,
    stdout_bytes: toCount(process.stdoutBytes),
    stderr_bytes: toCount(process.stderrBytes),
    dropped_bytes: toCount(process.droppedBytes),
  };
}

/** Sends a signal to a process and to all that it started. */
export async function signalProcess(
  context: Context,
  { pid, ...address }: ProcessAddress,
  signalNumber: number,
): Promise<void> {
  const live = await context.finder.findLive(address);
  await context.guests.call(live, { failure: 'exec_failed', pid }, ({ unary }, signal) =>
    unary.signal({ pid, signal: signalNumber }, { signal }),
  );
}

/** Writes to the stdin of a process, and closes it if asked to. Waits while the process does not read. */
export async function writeStdin(
  context: Context,
  { pid, ...address }: ProcessAddress,
  { data, close }: { data: Uint8Array; close: boolean },
): Promise<void> {
  const live = await context.finder.findLive(address);
  await context.guests.call(live, { failure: 'exec_failed', pid }, (guest, signal) =>
    guest.writeStdin({ pid, data, close }, signal),
  );
}
