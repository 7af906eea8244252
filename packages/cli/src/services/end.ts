import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type ProcessIdentity } from './identity.ts';

/**
 * Ends exactly this process: SIGTERM, and SIGKILL when it still lives after `patienceMs`. A process that has taken
 * over the id is never touched.
 *
 * @returns How it ended; "gone" when it did not live.
 */
export async function endProcess(
  identity: ProcessIdentity,
  options: { patienceMs: number },
): Promise<'ended' | 'killed' | 'gone'> {
  if (!signal(identity, 'SIGTERM')) return 'gone';
  if (await isGone(identity, options.patienceMs)) return 'ended';
  signal(identity, 'SIGKILL');
  await isGone(identity, 10_000);
  return 'killed';
}

function signal(identity: ProcessIdentity, name: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

// The kernel tells only a parent when a process ends, and the services have outlived theirs.
async function isGone(identity: ProcessIdentity, patienceMs: number): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    if (!isAlive(identity)) return true;
    await sleep(20);
  }
  return !isAlive(identity);
}
