import { signalNumbers, type Terminal } from '@nullspace/contract';
import type { Context } from '../context.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { findTerminal, listAllTerminals, presentTerminal } from './find-terminal.ts';

/** A terminal of a sandbox. */
export interface TerminalAddress extends SandboxAddress {
  sessionId: string;
}

/** Terminals that are open. */
export async function listTerminals(context: Context, address: SandboxAddress): Promise<Terminal[]> {
  const live = await context.finder.findLive(address);
  const terminals = await listAllTerminals(context, live);
  return terminals.filter(({ running }) => running).map(presentTerminal);
}

export async function describeTerminal(context: Context, address: TerminalAddress): Promise<Terminal> {
  const live = await context.finder.findLive(address);
  return presentTerminal(await findTerminal(context, live, address));
}

/** Ends a terminal and all that runs in it. An ended one is fine. */
export async function killTerminal(context: Context, address: TerminalAddress): Promise<void> {
  const live = await context.finder.findLive(address);
  const { pid } = await findTerminal(context, live, address);
  await endTerminal(context, live, pid);
}

export async function endTerminal(context: Context, live: LiveInstance, pid: number): Promise<void> {
  await context.guests.call(live, { failure: 'exec_failed', pid }, ({ unary }, signal) =>
    unary.signal({ pid, signal: signalNumbers.SIGKILL }, { signal }),
  );
}

/** Sets the size of a terminal. */
export async function resizeTerminal(
  context: Context,
  address: TerminalAddress,
  size: { cols: number; rows: number },
): Promise<void> {
  const live = await context.finder.findLive(address);
  const { pid } = await findTerminal(context, live, address);
  await setSize(context, live, pid, size);
}

export async function setSize(
  context: Context,
  live: LiveInstance,
  pid: number,
  { cols, rows }: { cols: number; rows: number },
): Promise<void> {
  const terminal = { columns: cols, rows };
  await context.guests.call(live, { failure: 'exec_failed', pid }, ({ unary }, signal) =>
    unary.resizeTerminal({ pid, terminal }, { signal }),
  );
}
