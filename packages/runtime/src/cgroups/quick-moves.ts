import { closeSync, openSync, readFileSync, write, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const writeInThread = promisify(write);

/** Shorter than the kernel takes to fall back: a grace period, several milliseconds. */
const AGAIN_MS = 3;

/** A move that comes later than this after the last one may have to wait for the kernel again. */
const LATE_MS = 6;

/** The engine has made its last move by then, also on a busy machine; a restore may take much longer. */
const LONGEST_MS = 1000;

/**
 * Keeps the kernel ready to move processes between groups. The first move waits for an RCU grace period (6 to 15 ms),
 * further ones do not as long as they follow at once (`rcu_sync` in `cgroup_threadgroup_rwsem`). The engine moves itself
 * before it starts an instance and once that has booted, so our process moves to where it is, again and again, while anyone
 * `enter`s.
 *
 * @param options.hierarchy Folder where a controller of version 1 is mounted, its name being the controller's.
 */
export function createQuickMoves(options: { hierarchy: string }): { enter(): Disposable } {
  let entered = 0;
  let running = false;
  let until = 0;

  async function keep(): Promise<void> {
    if (running) return;
    running = true;
    let file: number | undefined;
    try {
      file = openSync(`${findOwnGroup(options.hierarchy)}/cgroup.procs`, 'r+');
      const pid = String(process.pid);
      for (let last = 0; entered > 0 && performance.now() < until; await sleep(AGAIN_MS)) {
        // One that waits must not hold up everything else.
        if (performance.now() - last > LATE_MS) await writeInThread(file, pid);
        else writeSync(file, pid);
        last = performance.now();
      }
    } catch {
      // Without it starts are slower, and that is all.
    } finally {
      if (file !== undefined) closeSync(file);
      running = false;
    }
  }

  return {
    enter() {
      entered += 1;
      until = performance.now() + LONGEST_MS;
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
export function findOwnGroup(hierarchy: string): string {
  const controller = hierarchy.slice(hierarchy.lastIndexOf('/') + 1);
  for (const line of readFileSync('/proc/self/cgroup', 'utf8').split('\n')) {
    const [, controllers = '', path = ''] = line.split(':');
    if (controllers.split(',').includes(controller)) return path === '/' ? hierarchy : hierarchy + path;
  }
  throw new Error(`this process is in no group of ${controller}`);
}
