import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';

const folder = '/run/nullspace-test';

/**
 * Takes something of which the machine has one, such as an address range, for the life of this process.
 *
 * @returns Whether it was free: another test may hold it at this moment.
 */
export function claim(name: string): boolean {
  mkdirSync(folder, { recursive: true });
  const file = openSync(join(folder, name.replaceAll('/', '-')), 'w');
  // The lock is the open file's: it stays when the command has ended, and goes with this process, however that ends.
  const { status, error } = spawnSync('flock', ['--nonblock', '3'], {
    stdio: ['ignore', 'ignore', 'inherit', file],
  });
  if (status === 0) return true;
  closeSync(file);
  if (status !== 1) throw new Error(`flock ended with ${status}`, { cause: error });
  return false;
}
