import { routes } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import type { RequestCounter } from '../app/request-counter.ts';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import { addressOf } from '../sandboxes/address-of.ts';
import type { EventFeed } from './event-feed.ts';
import { demandSandbox, demandSnapshot } from './find-subject.ts';
import { listEvents } from './list-events.ts';
import { serveEventStream } from './stream/serve-stream.ts';

export function serveEvents(
  app: FastifyInstance,
  context: Context,
  { streams, feed }: { streams: RequestCounter; feed: EventFeed },
): void {
  serveRoute(app, context, routes.listEvents, ({ tenantId, query }) =>
    listEvents(
      context,
      {
        tenantId,
        sandboxId: query.sandbox_id,
        snapshotId: query.snapshot_id,
        sourceSandboxId: query.source_sandbox_id,
        targetSandboxId: query.target_sandbox_id,
      },
      query,
    ),
  );
  serveRoute(app, context, routes.listSandboxEvents, async (call) => {
    const { tenantId, sandboxId } = addressOf(call);
    await demandSandbox(context, { tenantId, sandboxId });
    return listEvents(context, { tenantId, anySandboxId: sandboxId }, call.query);
  });
  serveRoute(app, context, routes.listSnapshotEvents, async ({ tenantId, params, query }) => {
    const snapshotId = params.snapshot_id;
    await demandSnapshot(context, { tenantId, snapshotId });
    return listEvents(context, { tenantId, snapshotId }, query);
  });
  for (const route of [routes.streamEvents, routes.streamSandboxEvents]) {
    serveEventStream(app, context, { route, streams, feed });
  }
}
