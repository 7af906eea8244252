import { HostError } from './errors.ts';

export function shuttingDown(cause?: unknown): HostError {
  return new HostError('shutting_down', 'this host is shutting down; try again in a moment', { cause });
}

/** @throws {HostError} `shutting_down` */
export function refuseWhenDraining({ draining }: { draining: boolean }): void {
  if (draining) throw shuttingDown();
}
