import { routes } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import { addressOf } from '../sandboxes/address-of.ts';
import * as terminals from './terminal-calls.ts';

export function serveTerminals(app: FastifyInstance, context: Context): void {
  const terminalOf = (call: { tenantId: string; params: { sandbox_id: string; session_id: string } }) => ({
    ...addressOf(call),
    sessionId: call.params.session_id,
  });
  serveRoute(app, context, routes.listTerminals, (call) => terminals.listTerminals(context, addressOf(call)));
  serveRoute(app, context, routes.getTerminal, (call) =>
    terminals.describeTerminal(context, terminalOf(call)),
  );
  serveRoute(app, context, routes.killTerminal, (call) => terminals.killTerminal(context, terminalOf(call)));
  serveRoute(app, context, routes.resizeTerminal, (call) =>
    terminals.resizeTerminal(context, terminalOf(call), call.body),
  );
}
