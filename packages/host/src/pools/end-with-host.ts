import type { HostContext } from '../context.ts';
import { isFinal } from '../instance/record.ts';
import { endReady } from './end-ready.ts';

/** Ends what nobody has taken: the next host starts its own, with its own engine and agent. */
export function endPools(host: HostContext): void {
  for (const { waiters } of host.pools.all()) waiters.dismiss();
  for (const instance of host.registry.ready()) if (!isFinal(instance.record)) endReady(host, instance);
}
