import { setTimeout as sleep } from 'node:timers/promises';
import { RuntimeFailure } from '../errors.ts';
import { killProcess } from '../processes/signal.ts';
import type { Group } from './cgroups.ts';

/**
 * Kernels from 6.9 on may deadlock when more than 1,024 processes with seccomp filters end at the same moment, and
 * an engine runs each process of a guest as one of those. So large groups end in batches, one group at a time.
 */
const BATCH = 400;

let large: Promise<void> = Promise.resolve();

export interface EndOptions {
  /** Processes to end last, since their end takes all others with it. */
  last?: number[];
  /** Milliseconds until it is given up. @default 20000 */
  timeoutMs?: number;
}

/** Ends every process in the group and returns once it is empty; rejects when some survive. */
export async function endProcesses(group: Group, options: EndOptions = {}): Promise<void> {
  const { last = [], timeoutMs = 20_000 } = options;
  const deadline = Date.now() + timeoutMs;
  if ((await group.tasks()) > BATCH) {
    const turn = large.then(() => endInBatches(group, { last, deadline }));
    large = turn.catch(() => {});
    await turn;
  }
  for (let wait = 1; ; wait = Math.min(wait * 2, 50)) {
    const processes = await group.processes();
    if (processes.length === 0) return;
    if (Date.now() > deadline) {
      throw new RuntimeFailure(`Processes ${processes.slice(0, 10).join(', ')} of ${group.path} do not end.`);
    }
    for (const pid of processes.slice(0, BATCH)) killProcess(pid);
    await sleep(wait);
  }
}

async function endInBatches(group: Group, options: { last: number[]; deadline: number }): Promise<void> {
  const { last, deadline } = options;
  // No process of the group may start another from here on.
  await group.update({ tasks: 1 });
  while (Date.now() < deadline) {
    const others = (await group.processes()).filter((pid) => !last.includes(pid));
    if (others.length === 0) return;
    for (const pid of others.slice(0, BATCH)) killProcess(pid);
    await sleep(20);
  }
}
