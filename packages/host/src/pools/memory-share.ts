import type { Share } from '../capacity/reservations.ts';
import type { HostContext } from '../context.ts';
import { HostError } from '../errors.ts';
import { isFinal } from '../instance/record.ts';

/**
 * Refuses a ready instance that would be more than all pools together may hold.
 *
 * @throws {HostError} `capacity_exceeded`
 */
export function checkShare({ registry, reservations, settings }: HostContext, share: Share): void {
  const mostMb = Math.floor(reservations.limits.memoryMb * settings.pool_memory_share);
  const heldMb = registry
    .ready()
    .filter(({ record }) => !isFinal(record))
    .reduce((sum, { record }) => sum + record.spec.memory_mb, 0);
  if (heldMb + share.memoryMb <= mostMb) return;
  const message = `ready sandboxes hold ${heldMb} MB and may hold ${mostMb} MB (pool_memory_share)`;
  throw new HostError('capacity_exceeded', message, { field: 'memory_mb' });
}
