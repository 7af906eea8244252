import type { host as proto } from '@nullspace/proto';
import type { HostContext } from '../context.ts';
import { refuseWhenDraining } from '../shutting-down.ts';
import { endReady } from './end-ready.ts';
import { validatePools } from './validate-pools.ts';

/**
 * Makes these the pools of the server in place of those of the call before. What is ready of a pool that is gone is ended.
 *
 * @throws {HostError} `invalid_request`; nothing is changed then.
 */
export function setPools(host: HostContext, pools: readonly proto.Pool[]): void {
  refuseWhenDraining(host);
  const { gone } = host.pools.replace(validatePools(pools, host));
  for (const pool of gone) {
    pool.waiters.dismiss();
    for (const instance of pool.ready.splice(0)) endReady(host, instance);
  }
  host.pools.wake(0);
}
