import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CliError } from '../errors/cli-error.ts';
import { identify, isAlive, type ProcessIdentity } from './identity.ts';

/**
 * Runs `action` while no other command starts or stops services of the same installation. A lock whose holder
 * has died is taken over.
 *
 * @param options.patienceMs How long to wait for another command. Default 90 seconds.
 */
export async function withServiceLock<Result>(
  runDir: string,
  action: () => Promise<Result>,
  options: { patienceMs?: number } = {},
): Promise<Result> {
  const file = join(runDir, 'services.lock');
  const deadline = performance.now() + (options.patienceMs ?? 90_000);
  while (!take(file)) {
    const holder = readHolder(file);
    if (holder && !isAlive(holder)) {
      rmSync(file, { force: true });
      continue;
    }
    if (performance.now() > deadline) {
      throw new CliError(
        `Another nullspace command (process ${holder?.pid}) is starting or stopping services.`,
        {
          code: 'conflict',
          suggestedAction: 'Wait until it has ended and try again.',
        },
      );
    }
    await sleep(50);
  }
  try {
    return await action();
  } finally {
    rmSync(file, { force: true });
  }
}

// A link appears whole or not at all, so a holder is always readable.
function take(file: string): boolean {
  const own = `${file}.${process.pid}`;
  writeFileSync(own, JSON.stringify(identify(process.pid)));
  try {
    linkSync(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

function readHolder(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
