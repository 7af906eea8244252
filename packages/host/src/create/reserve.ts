import type { Share } from '../capacity/reservations.ts';
import type { HostContext } from '../context.ts';
import { isFinal } from '../instance/record.ts';
import { giveWay } from '../pools/give-way.ts';

/**
 * Takes a share of the machine; ready instances of pools give way to it. What ended a moment ago may still hold its own: such a create waits for it, a
 * little while.
 *
 * @throws {HostError} `capacity_exceeded`
 */
export async function reserve(host: HostContext, id: string, share: Share): Promise<void> {
  const { reservations, registry, timing } = host;
  const until = Date.now() + timing.capacityMs;
  for (;;) {
    try {
      reservations.check(share);
      reservations.take(id, share);
      return;
    } catch (error) {
      giveWay(host, share);
      const left = until - Date.now();
      const cleaning = registry.all().some(({ record }) => isFinal(record) && !record.clean);
      if (!cleaning || left <= 0) throw error;
      await reservations.nextRelease(left);
    }
  }
}
