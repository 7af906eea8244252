import { type HostInfo, type PreviewUrl, type ProxyTarget, routes } from '@nullspace/contract';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../api-error.ts';
import { serveRoute } from '../app/serve-route.ts';
import type { Context } from '../context.ts';
import { addressOf } from '../sandboxes/address-of.ts';
import { notReady } from '../sandboxes/ended.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { isPrivate } from '../sandboxes/traffic-token.ts';
import type { Grant } from '../store/previews/preview.ts';
import type { Sandbox } from '../store/records.ts';
import { forwardedHeaders, PROXY_TOKEN_HEADER, TOKEN_PARAMETER, TRAFFIC_TOKEN_HEADER } from './headers.ts';
import { currentGrant, makeGrant } from './make-grant.ts';
import { presentGrant } from './present-grant.ts';
import { checkPort } from './preview-target.ts';
import type { Previews } from './previews.ts';
import { waitForPort } from './wait-for-port.ts';

const both = ['http', 'websocket'] as const;

/** Routes that make, list and revoke addresses of ports. */
export function servePreviews(app: FastifyInstance, context: Context, previews: Previews): void {
  serveRoute(app, context, routes.getPreviewHost, async (call) => {
    const { port } = call.body;
    const sandbox = await findPreviewed(context, addressOf(call), port);
    return await describeUrls(previews, { sandbox, grant: await currentGrant(context, sandbox, port) });
  });
  serveRoute(app, context, routes.getPreviewUrl, async (call) => {
    const { port } = call.params;
    const sandbox = await findPreviewed(context, addressOf(call), port);
    return await describeUrl(previews, { sandbox, grant: await currentGrant(context, sandbox, port) });
  });
  serveRoute(app, context, routes.signPreviewUrl, async (call) => {
    const { port } = call.params;
    const sandbox = await findPreviewed(context, addressOf(call), port);
    const lifetime = lifetimeOf(call.body);
    const grant = await makeGrant(context, sandbox, {
      port,
      ...lifetime,
      authMode: 'direct',
      transports: [...both],
    });
    return await describeUrl(previews, { sandbox, grant });
  });
  serveRoute(app, context, routes.createProxyTarget, async (call) => {
    const { port } = call.params;
    const sandbox = await findPreviewed(context, addressOf(call), port);
    const transports = [...new Set(call.body?.transports ?? both)];
    const lifetime = lifetimeOf(call.body);
    const grant = await makeGrant(context, sandbox, {
      port,
      ...lifetime,
      authMode: 'preview_proxy',
      transports,
    });
    return await describeTarget(previews, {
      sandbox,
      grant,
      hint: call.body?.include_traffic_token_hint ?? true,
    });
  });
  serveRoute(app, context, routes.waitForPort, async (call) => {
    checkPort(call.params.port);
    const { kind, path, timeout_secs, interval_ms } = call.body;
    const gone = new AbortController();
    call.reply.raw.once('close', () => gone.abort());
    const wish = {
      port: call.params.port,
      kind,
      path,
      timeoutMs: timeout_secs * 1000,
      intervalMs: interval_ms,
    };
    return await waitForPort(context, addressOf(call), wish, gone.signal);
  });
  serveRoute(app, context, routes.listPreviews, async (call) => {
    const { executionId } = await context.finder.read(addressOf(call));
    const { port } = call.query;
    await previews.grants.flush();
    const grants = await context.store.listGrants({ executionId, ...(port === undefined ? {} : { port }) });
    return { items: grants.map(presentGrant) };
  });
  serveRoute(app, context, routes.revokePreview, async (call) => {
    const sandbox = await context.finder.read(addressOf(call));
    const { grant_id: id } = call.params;
    await previews.grants.flush();
    const grant = await context.store.revokeGrant({
      id,
      executionId: sandbox.executionId,
      revokedAt: Date.now(),
    });
    if (!grant) {
      const values = { sandbox_id: sandbox.id, grant_id: id.slice(0, 100) };
      throw new ApiError('preview_grant_not_found', values, { details: values });
    }
    previews.grants.cut(id);
    return { success: true, grant: presentGrant(grant) };
  });
}

/** A sandbox that may have previews: one that runs, or that its visitors may resume. */
async function findPreviewed(context: Context, address: SandboxAddress, port: number): Promise<Sandbox> {
  checkPort(port);
  const sandbox = await context.finder.read(address);
  if (sandbox.status === 'running' || sandbox.status === 'paused') return sandbox;
  throw notReady(sandbox);
}

const lifetimeOf = (body: { expires_in_seconds?: number | undefined } | undefined) =>
  body?.expires_in_seconds === undefined ? {} : { lifetimeMs: body.expires_in_seconds * 1000 };

const targetOf = ({ executionId }: Sandbox, { port }: Grant) => ({ executionId, port });

async function describeUrls(
  { tokens, addresses }: Previews,
  { sandbox, grant }: { sandbox: Sandbox; grant: Grant },
): Promise<HostInfo> {
  const host = await addresses.hostOf(sandbox, targetOf(sandbox, grant));
  const { scheme } = addresses;
  const token = (kind: 'http' | 'websocket') =>
    `?${TOKEN_PARAMETER}=${tokens.make({ subject: grant.id, kind, expiresAt: grant.expiresAt })}`;
  return {
    host,
    url: `${scheme}://${host}/${token('http')}`,
    websocket_url: `${scheme === 'https' ? 'wss' : 'ws'}://${host}/${token('websocket')}`,
    access_token_expires_at: new Date(grant.expiresAt).toISOString(),
    access_token_transport: 'query',
  };
}

async function describeUrl(previews: Previews, of: { sandbox: Sandbox; grant: Grant }): Promise<PreviewUrl> {
  const { host: _, ...urls } = await describeUrls(previews, of);
  return { grant: presentGrant(of.grant), ...urls };
}

async function describeTarget(
  { tokens, addresses }: Previews,
  { sandbox, grant, hint }: { sandbox: Sandbox; grant: Grant; hint: boolean },
): Promise<ProxyTarget> {
  const host = await addresses.hostOf(sandbox, targetOf(sandbox, grant));
  const { expiresAt, id: subject, transports } = grant;
  const web = transports.includes('http');
  const sockets = transports.includes('websocket');
  const secured = isPrivate(sandbox.network);
  return {
    grant: presentGrant(grant),
    sandbox_id: sandbox.id,
    port: grant.port,
    token_header_name: PROXY_TOKEN_HEADER,
    expires_at: new Date(expiresAt).toISOString(),
    token_transport: 'header',
    ...(web
      ? {
          http_url: `${addresses.scheme}://${host}/`,
          http_token: tokens.make({ subject, kind: 'proxy_http', expiresAt }),
        }
      : {}),
    ...(sockets
      ? {
          websocket_url: `${addresses.scheme === 'https' ? 'wss' : 'ws'}://${host}/`,
          websocket_token: tokens.make({ subject, kind: 'proxy_websocket', expiresAt }),
        }
      : {}),
    required_forwarded_headers: [...forwardedHeaders, ...(sockets ? ['upgrade', 'connection'] : [])],
    ...(hint ? { traffic_access_required: secured, traffic_access_header_name: TRAFFIC_TOKEN_HEADER } : {}),
    warnings: [],
  };
}
