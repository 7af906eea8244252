import { routes } from '@nullspace/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import { sendEvents } from '../sse/send-events.ts';
import { findOwn, isBuiltin, unknownTemplate } from '../templates/find-template.ts';
import { parseRef } from '../templates/parse-ref.ts';
import { preflight } from './blobs/preflight.ts';
import { findBuild } from './find-build.ts';
import { listBuilds } from './list-builds.ts';
import { followBuild, followLog } from './log/follow-log.ts';
import { planBuild } from './plan-build.ts';
import { showBuild } from './present-build.ts';
import { promoteBuild } from './promote-build.ts';
import { readBuild } from './read-build.ts';
import { retryBuild } from './retry-build.ts';
import { submitBuild } from './submit-build.ts';
import { validateBuild } from './validate-build.ts';

export function serveBuilds(app: FastifyInstance, context: Context): void {
  serveRoute(app, context, routes.buildTemplate, async ({ tenantId, body, reply }) => {
    const { id: buildId } = await submitBuild(context, { tenantId, body });
    // One that waits has no entry yet by which a client could find it again.
    reply.header('x-build-id', buildId);
    return sendEvents(reply, (signal) => followBuild(context, { buildId, signal }));
  });
  serveRoute(app, context, routes.startTemplateBuild, async ({ tenantId, body }) =>
    showBuild(context, await submitBuild(context, { tenantId, body })),
  );
  serveRoute(app, context, routes.validateTemplate, ({ tenantId, body }) =>
    validateBuild(context, { tenantId, body }),
  );
  serveRoute(app, context, routes.planTemplate, ({ body }) => planBuild(context, body));
  serveOne(app, context);
  serveLists(app, context);
  serveBlobs(app, context);
}

function serveOne(app: FastifyInstance, context: Context): void {
  serveRoute(app, context, routes.getTemplateBuild, ({ tenantId, params, query }) =>
    readBuild(context, { tenantId, buildId: params.build_id, offset: query.offset ?? 0 }),
  );
  serveRoute(app, context, routes.streamTemplateBuildLogs, async ({ tenantId, params, query, reply }) => {
    const { id: buildId } = await findBuild(context, { tenantId, buildId: params.build_id });
    const from = { offset: query.offset ?? query.cursor ?? 0, follow: query.follow === 'true' };
    return sendEvents(reply, (signal) => followLog(context, { buildId, ...from, signal }));
  });
  serveRoute(app, context, routes.cancelTemplateBuild, async ({ tenantId, params, body }) => {
    const build = await findBuild(context, { tenantId, buildId: params.build_id });
    await context.builds.cancel(build, body?.reason ?? undefined);
    return readBuild(context, { tenantId, buildId: build.id, offset: 0 });
  });
  serveRoute(app, context, routes.retryTemplateBuild, async ({ tenantId, params, body }) =>
    showBuild(context, await retryBuild(context, { tenantId, buildId: params.build_id, body })),
  );
  serveRoute(app, context, routes.promoteTemplateBuild, ({ tenantId, params, body }) =>
    promoteBuild(context, { tenantId, buildId: params.build_id, tag: body.tag }),
  );
}

function serveLists(app: FastifyInstance, context: Context): void {
  serveRoute(app, context, routes.listTemplateBuilds, async ({ tenantId, params, query }) => {
    const parsed = parseRef(params.template_ref);
    // What came with the server was not built by it.
    if (parsed && (await isBuiltin(context, parsed))) return { builds: [], next_cursor: null };
    const { template } = await findOwn(context, { tenantId, ref: params.template_ref });
    return listBuilds(context, template, { ...query, source: query.source_type });
  });
  serveRoute(app, context, routes.listTemplateBuildsById, async ({ tenantId, params, query }) => {
    const template = await context.store.findTemplate(params.template_id);
    if (template?.tenantId !== tenantId) throw unknownTemplate(params.template_id);
    return listBuilds(context, template, { ...query, source: query.source_type });
  });
}

function serveBlobs(app: FastifyInstance, context: Context): void {
  const { blobs } = context.builds;
  serveRoute(app, context, routes.preflightTemplateBlobs, ({ tenantId, body }) =>
    preflight(blobs, tenantId, body),
  );
  app.register(async (scope) => {
    // The body is taken as it comes, whatever its type.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
    serveRoute(scope, context, routes.putTemplateBlob, ({ tenantId, params, request }) =>
      blobs.put({ tenantId, id: params.blob_id, content: contentOf(request), sizeBytes: lengthOf(request) }),
    );
  });
}

function contentOf({ body, raw }: FastifyRequest): NodeJS.ReadableStream {
  return (body as unknown as NodeJS.ReadableStream | undefined) ?? raw;
}

function lengthOf({ headers }: FastifyRequest): number | undefined {
  const length = Number(headers['content-length']);
  return Number.isSafeInteger(length) ? length : undefined;
}
