import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Shorter than the kernel takes to fall back: a grace period, several milliseconds. */
const AGAIN_MS = 3;

/**
 * Keeps the kernel ready to move processes between groups. The first move waits for an RCU grace period (6 to 15 ms),
 * further ones do not as long as they follow at once (`rcu_sync` in `cgroup_threadgroup_rwsem`). The engine moves itself
 * before and after it starts an instance, so our process moves to where it is, again and again, while anyone `enter`s.
 *
 * @param options.hierarchy Folder where a controller of version 1 is mounted, its name being the controller's.
 */
export function createQuickMoves(options: { hierarchy: string }): { enter(): Disposable } {
  let entered = 0;
  let running = false;

  async function keep(): Promise<void> {
    if (running) return;
    running = true;
    try {
      const own = await findOwnGroup(options.hierarchy);
      while (entered > 0) {
        await writeFile(`${own}/cgroup.procs`, String(process.pid), { flag: 'r+' });
        await sleep(AGAIN_MS);
      }
    } catch {
      // Without it starts are slower, and that is all.
    } finally {
      running = false;
    }
  }

  return {
    enter() {
      entered += 1;
      void keep();
      let left = false;
      return {
        [Symbol.dispose]() {
          if (!left) entered -= 1;
          left = true;
        },
      };
    },
  };
}

/** Group of our process in a hierarchy. */
export async function findOwnGroup(hierarchy: string): Promise<string> {
  const controller = hierarchy.slice(hierarchy.lastIndexOf('/') + 1);
  for (const line of (await readFile('/proc/self/cgroup', 'utf8')).split('\n')) {
    const [, controllers = '', path = ''] = line.split(':');
    if (controllers.split(',').includes(controller)) return path === '/' ? hierarchy : hierarchy + path;
  }
  throw new Error(`this process is in no group of ${controller}`);
}
