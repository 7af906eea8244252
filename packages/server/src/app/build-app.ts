import cors from '@fastify/cors';
import websocket from '@fastify/websocket';
import { limits } from '@nullspace/contract';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { serveBuilds } from '../builds/serve-builds.ts';
import { serveCommands } from '../commands/serve-commands.ts';
import type { Context } from '../context.ts';
import type { EventFeed } from '../events/event-feed.ts';
import { serveEvents } from '../events/serve-events.ts';
import { FileTokens } from '../files/file-tokens.ts';
import { checkFileToken, showsFileToken } from '../files/file-urls.ts';
import { serveFiles } from '../files/serve-files.ts';
import type { ClaimRecovery } from '../idempotency/claim-recovery.ts';
import { KeyVerifier } from '../keys/key-verifier.ts';
import { makeId } from '../make-id.ts';
import type { Previews } from '../preview/previews.ts';
import { servePreviews } from '../preview/serve-previews.ts';
import { serveSandboxSocket } from '../sandbox-socket/serve-sandbox-socket.ts';
import { serveSandboxes } from '../sandboxes/serve-sandboxes.ts';
import { serveSnapshots } from '../snapshots/serve-snapshots.ts';
import type { SshRelay } from '../ssh/relay.ts';
import { serveSsh } from '../ssh/serve-ssh.ts';
import { serveTemplates } from '../templates/serve-templates.ts';
import { serveTerminals } from '../terminals/serve-terminals.ts';
import { serveUploads } from '../uploads/serve-uploads.ts';
import type { Uploads } from '../uploads/uploads.ts';
import { serveWarmPools } from '../warm-pools/serve-warm-pools.ts';
import { serveWebhooks } from '../webhooks/serve-webhooks.ts';
import { answerError } from './answer-error.ts';
import { describeUnknown } from './answer-unknown.ts';
import { authenticate } from './authenticate.ts';
import { takesFileToken } from './find-methods.ts';
import { logRequests } from './log-requests.ts';
import { readJsonBodies, refuseEncoded } from './read-bodies.ts';
import { RequestCounter } from './request-counter.ts';
import { serveGeneral } from './serve-general.ts';
import { servePlanned } from './serve-planned.ts';
import { toApiError } from './to-api-error.ts';

/** Largest frame that a client may send: one command with its environment. */
const CLIENT_FRAME_BYTES = 1024 * 1024;

/** The HTTP application. `url` is the address that clients reach it under. */
export async function buildApp(
  context: Context,
  options: {
    recovery: ClaimRecovery;
    feed: EventFeed;
    previews: Previews;
    ssh: SshRelay | undefined;
    uploads: Uploads;
    url: () => string;
  },
): Promise<FastifyInstance> {
  const { settings, store, log } = context;
  const app = fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    requestIdHeader: false,
    genReqId: () => makeId('request'),
    bodyLimit: limits.json_body_bytes,
    exposeHeadRoutes: false,
    keepAliveTimeout: 65_000,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 4096 },
    frameworkErrors: (error, request, reply) => {
      answerError(toApiError(error, request), request, reply);
    },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('tenantId', '');
  app.decorateRequest('errorCode', '');
  app.decorateRequest('sandboxId', '');
  app.setErrorHandler((error, request, reply) => answerError(toApiError(error, request), request, reply));
  app.setNotFoundHandler((request, reply) => answerError(describeUnknown(request), request, reply));
  readJsonBodies(app);

  await app.register(cors, {
    origin:
      settings.cors_origins === '*' ? '*' : settings.cors_origins.split(',').map((origin) => origin.trim()),
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'Range',
      'X-Nullspace-Dispatch-Proof',
      'X-Nullspace-Part-Sha256',
    ],
    exposedHeaders: ['X-Request-Id', 'Retry-After', 'Idempotent-Replayed', 'Accept-Ranges', 'Content-Range'],
    maxAge: 600,
    optionsSuccessStatus: 200,
    strictPreflight: false,
  });
  await app.register(websocket, { options: { maxPayload: CLIENT_FRAME_BYTES } });

  logRequests(app, context);
  const verifier = new KeyVerifier(store);
  const tokens = new FileTokens(() => store.secret('file_urls'));
  const requests = new RequestCounter(settings.tenant_max_requests);
  const streams = new RequestCounter(settings.tenant_max_requests);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    if (request.method === 'OPTIONS' || request.routeOptions.config.authenticated === false) return;
    const { fileToken } = request.routeOptions.config;
    // A minted URL says of itself what it is for.
    if (request.is404 && takesFileToken(request.url) && showsFileToken(request))
      throw describeUnknown(request);
    if (fileToken && showsFileToken(request)) request.tenantId = await checkFileToken(tokens, request);
    else await authenticate(verifier, request);
    // A trailing slash would otherwise be an empty id.
    if (request.url.split('?', 1)[0]!.endsWith('/')) throw describeUnknown(request);
    refuseEncoded(request);
    if (request.ws) streams.check(request.tenantId);
    else requests.enterUntilAnswered(request.tenantId, reply);
  });

  serveGeneral(app, context, options);
  serveSandboxes(app, context, options);
  serveSnapshots(app, context, options.recovery);
  serveCommands(app, context);
  serveTerminals(app, context);
  serveSandboxSocket(app, context, streams);
  serveFiles(app, context, { tokens, url: options.url });
  serveUploads(app, options.uploads, options.recovery);
  serveTemplates(app, context);
  serveWarmPools(app, context);
  serveBuilds(app, context);
  serveEvents(app, context, { streams, feed: options.feed });
  serveWebhooks(app, context);
  servePreviews(app, context, options.previews);
  serveSsh(app, context, options.ssh);
  servePlanned(app);
  return app;
}
