import { closeSync, openSync } from 'node:fs';
import { mkdtemp, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../processes/run.ts';

/** Name of the hierarchy; `/proc/<pid>/cgroup` shows it while one is held. All installations share it. */
export const HIERARCHY = 'nullspace';

/**
 * Has the kernel move processes between groups quickly, until disposed of or this process ends. By itself it waits for an
 * RCU grace period at a move (6 to 15 ms), and the engine moves itself before it starts an instance and once that has booted.
 *
 * The kernel is asked by an option (`favordynmods`, since Linux 6.0) of a hierarchy of version 1, and no hierarchy that is
 * mounted already can be given one. So an empty one is mounted, held open and taken out of everybody's sight again. It
 * makes forks and ends of processes on the machine a little dearer; a kernel from 6.18 on stays so.
 *
 * Undefined where the kernel cannot: starts are slower, and that is all.
 */
export async function makeMovesQuick(name = HIERARCHY): Promise<Disposable | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'nullspace-moves-'));
  try {
    await run('mount', ['-t', 'cgroup', '-o', `none,name=${name},favordynmods`, 'cgroup', folder]);
    try {
      const held = openSync(folder, 'r');
      return { [Symbol.dispose]: () => closeSync(held) };
    } finally {
      await run('umount', ['--lazy', folder]);
    }
  } catch {
    return undefined;
  } finally {
    await rmdir(folder);
  }
}
