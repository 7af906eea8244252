import { routes } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../api-error.ts';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import { addressOf } from '../sandboxes/address-of.ts';
import { createAccess } from './create-access.ts';
import { presentAccess } from './present-access.ts';
import type { SshRelay } from './relay.ts';

/** Routes that make, list and revoke SSH accesses. */
export function serveSsh(app: FastifyInstance, context: Context, relay: SshRelay | undefined): void {
  serveRoute(app, context, routes.createSshAccess, (call) =>
    createAccess(context, relay, { address: addressOf(call), wish: call.body }),
  );
  serveRoute(app, context, routes.listSshAccess, async (call) => {
    const { executionId } = await context.finder.read(addressOf(call));
    return { items: (await context.store.listSshAccesses(executionId)).map(presentAccess) };
  });
  serveRoute(app, context, routes.revokeSshAccess, async (call) => {
    const { id: sandbox_id, executionId } = await context.finder.read(addressOf(call));
    const { access_id: id } = call.params;
    const access = await context.store.revokeSshAccess({ id, executionId, revokedAt: Date.now() });
    if (!access) {
      const values = { sandbox_id, access_id: id.slice(0, 100) };
      throw new ApiError('ssh_access_not_found', values, { details: values });
    }
    relay?.accesses.cut(id, 'the access was revoked');
    return { success: true, access: presentAccess(access) };
  });
}
