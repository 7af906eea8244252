import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

/** Thrown when another process holds the lock. */
export class LockedError extends Error {
  constructor(path: string) {
    super(`${path} is locked by another process`);
    this.name = 'LockedError';
  }
}

/**
 * Locks a file until it is disposed or this process ends, however it ends.
 *
 * @throws {LockedError} When another process holds it and `wait` is false.
 */
export async function lockFile(path: string, options: { wait: boolean }): Promise<Disposable> {
  const descriptor = openSync(path, 'a', 0o600);
  try {
    // The lock belongs to the open file, which the child shares and this process keeps open.
    const child = spawn('flock', ['--exclusive', ...(options.wait ? [] : ['--nonblock']), '3'], {
      stdio: ['ignore', 'ignore', 'inherit', descriptor],
    });
    const [code] = await once(child, 'exit');
    if (code === 1 && !options.wait) throw new LockedError(path);
    if (code !== 0) throw new Error(`flock of ${path} ended with code ${code}`);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
  return { [Symbol.dispose]: () => closeSync(descriptor) };
}
