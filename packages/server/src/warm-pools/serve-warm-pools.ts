import { routes } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import type { WarmPool } from '../store/pools/warm-pool.ts';
import { createWarmPool } from './create-warm-pool.ts';
import { findWarmPool, unknownWarmPool } from './find-warm-pool.ts';
import { listWarmPools } from './list-warm-pools.ts';
import { presentWarmPool } from './present-warm-pool.ts';
import { setState } from './set-state.ts';
import { updateWarmPool } from './update-warm-pool.ts';

const addressOf = (call: { tenantId: string; params: { warm_pool_id: string } }) => ({
  tenantId: call.tenantId,
  id: call.params.warm_pool_id,
});

export function serveWarmPools(app: FastifyInstance, context: Context): void {
  const { store, warmPools } = context;
  const present = async (pool: WarmPool) =>
    presentWarmPool(pool, { statuses: await warmPools.statuses(), resolved: warmPools.resolvedOf(pool) });
  /** Answers when the host knows of the change. */
  const presentChanged = async (pool: WarmPool) => {
    await warmPools.tell();
    // A drained pool may be empty by now.
    return present((await store.getWarmPool(pool)) ?? pool);
  };
  serveRoute(app, context, routes.createWarmPool, async (call) =>
    presentChanged(await createWarmPool(context, call)),
  );
  serveRoute(app, context, routes.listWarmPools, (call) => listWarmPools(context, call));
  serveRoute(app, context, routes.getWarmPool, async (call) =>
    present(await findWarmPool(context, addressOf(call))),
  );
  serveRoute(app, context, routes.updateWarmPool, async (call) =>
    presentChanged(await updateWarmPool(context, addressOf(call), call.body)),
  );
  serveRoute(app, context, routes.deleteWarmPool, async (call) => {
    const address = addressOf(call);
    if (!(await store.deleteWarmPool(address))) throw unknownWarmPool(address.id);
    await warmPools.tell();
  });
  serveRoute(app, context, routes.enableWarmPool, async (call) =>
    presentChanged(await setState(context, addressOf(call), 'enabled')),
  );
  serveRoute(app, context, routes.disableWarmPool, async (call) =>
    presentChanged(await setState(context, addressOf(call), 'disabled')),
  );
  serveRoute(app, context, routes.drainWarmPool, async (call) =>
    presentChanged(await setState(context, addressOf(call), 'draining')),
  );
  serveRoute(app, context, routes.reconcileWarmPool, async (call) =>
    presentChanged(await findWarmPool(context, addressOf(call))),
  );
}
