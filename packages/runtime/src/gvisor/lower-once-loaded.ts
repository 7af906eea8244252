import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive } from '../processes/identity.ts';
import { listOpenFiles } from '../processes/open-files.ts';
import type { EngineContext } from './engine-context.ts';
import { runningLimits } from './limits.ts';
import { PAGES } from './pages.ts';

const INTERVAL_MS = 200;

/** Times that limits are tried to be lowered: the kernel refuses while it cannot free as much at once. */
const TRIES = 50;

/** Brings the limits of an instance back to what they usually are once the engine has closed the file of its pages. */
export async function lowerOnceLoaded(
  context: EngineContext,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const { folder, sandbox, limits } = (await context.records.read(id)) ?? {};
  if (!folder || !sandbox || !limits) return;
  const wait = () => sleep(INTERVAL_MS, undefined, { signal, ref: false }).catch(() => {});
  const goesOn = () => !signal.aborted && isAlive(sandbox);
  while (goesOn() && holdsPages(sandbox.pid, folder)) await wait();
  for (let left = TRIES; goesOn() && left > 0; left--) {
    try {
      await context.cgroups.group(id).update(runningLimits(limits, context));
      return await context.records.update(id, { loading: undefined });
    } catch {
      await wait();
    }
  }
}

function holdsPages(pid: number, own: string): boolean {
  // Those of its own folder are for what the guest saves by itself.
  return listOpenFiles(pid).some(
    ({ target }) => basename(target).startsWith(PAGES) && !target.startsWith(`${own}/`),
  );
}
