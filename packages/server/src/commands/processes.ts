import type { ProcessInfo } from '@nullspace/contract';
import type { Context } from '../context.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';

const SIGKILL = 9;

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

/** Kills a process and all that it started. */
export async function killProcess(context: Context, { pid, ...address }: ProcessAddress): Promise<void> {
  const live = await context.finder.findLive(address);
  await context.guests.call(live, { failure: 'exec_failed', pid }, ({ unary }, signal) =>
    unary.signal({ pid, signal: SIGKILL }, { signal }),
  );
}

/** Writes to the stdin of a process. Waits while the process does not read. */
export async function writeStdin(
  context: Context,
  { pid, ...address }: ProcessAddress,
  data: string,
): Promise<void> {
  const live = await context.finder.findLive(address);
  await context.guests.call(live, { failure: 'exec_failed', pid }, ({ unary }, signal) =>
    unary.writeStdin({ pid, data: Buffer.from(data, 'utf8') }, { signal }),
  );
}
