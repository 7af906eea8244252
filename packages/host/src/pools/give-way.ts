import type { Share } from '../capacity/reservations.ts';
import type { HostContext } from '../context.ts';
import { isFinal } from '../instance/record.ts';
import type { TrackedInstance } from '../instance/tracked-instance.ts';
import { endReady } from './end-ready.ts';

/**
 * Ends ready instances until a share fits when they are cleaned up; none when it would not fit even so. Those that are
 * still being started go first, then those of the host's own pool, then what pools have above `min_ready`, then the others.
 */
export function giveWay(host: HostContext, share: Share): void {
  const going = host.registry.ready().filter(({ record }) => isFinal(record));
  const candidates = inOrder(host);
  const without = new Set([...going, ...candidates].map(({ id }) => id));
  if (!host.reservations.fits(share, { without })) return;
  const freed = new Set(going.map(({ id }) => id));
  for (const instance of candidates) {
    if (host.reservations.fits(share, { without: freed })) return;
    freed.add(instance.id);
    host.log.info(
      { instance_id: instance.id, pool_id: instance.record.pool_id },
      'a ready sandbox gives way',
    );
    endReady(host, instance);
  }
}

function inOrder(host: HostContext): TrackedInstance[] {
  const { system } = host.pools;
  const warming = host.registry.ready().filter(({ record }) => record.state === 'creating');
  const surplus: TrackedInstance[] = [];
  const others: TrackedInstance[] = [];
  for (const { ready, definition } of host.pools.list()) {
    const above = Math.max(0, ready.length - definition.minReady);
    surplus.push(...ready.slice(0, above));
    others.push(...ready.slice(above));
  }
  return [...warming, ...(system?.ready ?? []), ...surplus, ...others];
}
