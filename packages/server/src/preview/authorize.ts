import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { PreviewTransport } from '@nullspace/contract';
import { ApiError } from '../api-error.ts';
import type { Grant } from '../store/previews/preview.ts';
import { cookieName, readCookie, writeCookie } from './cookies.ts';
import type { Destination } from './destinations.ts';
import type { Grants } from './grants.ts';
import {
  PROXY_TOKEN_HEADER,
  TOKEN_PARAMETER,
  TRAFFIC_TOKEN_HEADER,
  TRAFFIC_TOKEN_PARAMETER,
} from './headers.ts';
import type { PreviewTarget } from './preview-target.ts';
import type { PreviewTokens, TokenClaims } from './tokens.ts';

/** How long a browser may go on after it showed the traffic token. */
const TRAFFIC_COOKIE_MS = 24 * 3600 * 1000;

/** Why a request was let in. */
export interface Admission {
  /** The grant that it came by; a public preview needs none. */
  grant: Grant | undefined;
  /** The traffic token that counted; null: none was needed. */
  trafficToken: string | null;
  /** Cookies that let the browser go on without tokens in its address. */
  cookies: string[];
}

interface Claim {
  request: IncomingMessage;
  target: PreviewTarget;
  destination: Pick<Destination, 'sandbox' | 'policy'>;
  transport: PreviewTransport;
  /** Scheme and host of the address, as the client wrote it. */
  origin: string;
  secure: boolean;
}

/**
 * Judges a request by its tokens: those of grants must be whole and fit, wherever they are, and a sandbox whose
 * traffic is not public asks for its traffic token as well.
 *
 * @throws {ApiError} A code of previews with status 401 or 403.
 */
export async function authorize(
  { tokens, grants }: { tokens: PreviewTokens; grants: Grants },
  claim: Claim,
): Promise<Admission> {
  const { request, target } = claim;
  // The rest need not be an address: "//" is a path of a service too.
  const query = new URLSearchParams(/\?([^#]*)/.exec(request.url ?? '')?.[1]);
  const admission: Admission = { grant: undefined, trafficToken: null, cookies: [] };
  const proxyToken = headerOf(request, PROXY_TOKEN_HEADER);
  const shown = query.get(TOKEN_PARAMETER);
  if (proxyToken !== undefined) {
    admission.grant = await judge(grants, claim, tokens.read(proxyToken), 'proxy');
  } else if (shown !== null) {
    const claims = tokens.read(shown);
    admission.grant = await judge(grants, claim, claims, 'direct');
    if (claim.transport === 'http') {
      const name = cookieName(target, 'grant');
      const { expiresAt } = admission.grant;
      admission.cookies.push(writeCookie({ name, value: shown, expiresAt, secure: claim.secure }));
    }
  } else {
    admission.grant = await judgeCookie({ tokens, grants }, claim);
  }
  judgeTraffic(tokens, claim, { query, admission });
  return admission;
}

async function judge(
  grants: Grants,
  { destination, target, transport }: Claim,
  claims: TokenClaims | undefined,
  way: 'direct' | 'proxy',
): Promise<Grant> {
  const prefix = way === 'proxy' ? 'preview_proxy_token' : 'edge_token';
  const wanted = way === 'proxy' ? `proxy_${transport}` : transport;
  if (!claims || claims.kind === 'traffic' || claims.kind.startsWith('proxy_') !== (way === 'proxy')) {
    throw new ApiError(`${prefix}_invalid`);
  }
  const grant = await grants.find(claims.subject);
  if (!grant) throw new ApiError('preview_grant_invalid');
  if (grant.revokedAt !== null) {
    throw new ApiError(way === 'proxy' ? 'preview_proxy_token_revoked' : 'preview_grant_revoked');
  }
  if (claims.expiresAt <= Date.now()) throw new ApiError(`${prefix}_expired`);
  const mismatch =
    grant.executionId !== destination.sandbox.executionId
      ? 'sandbox'
      : grant.port !== target.port
        ? 'port'
        : claims.kind !== wanted
          ? 'transport'
          : undefined;
  if (mismatch) throw new ApiError(`${prefix}_scope_mismatch`, { what: mismatch });
  return grant;
}

/** A cookie is a convenience: one that does not fit any more counts as none. */
async function judgeCookie(
  { tokens, grants }: { tokens: PreviewTokens; grants: Grants },
  claim: Claim,
): Promise<Grant | undefined> {
  const value = readCookie(claim.request.headers.cookie, cookieName(claim.target, 'grant'));
  if (value === undefined || !mayUseCookie(claim)) return undefined;
  const asRequest = { ...claim, transport: 'http' as const };
  return await judge(grants, asRequest, tokens.read(value), 'direct').catch((error: unknown) => {
    if (error instanceof ApiError) return undefined;
    throw error;
  });
}

/** Browsers send cookies with WebSockets of foreign pages too, and such pages may read the answers. */
function mayUseCookie({ request, transport, origin }: Claim): boolean {
  return transport === 'http' || request.headers.origin === origin;
}

function judgeTraffic(
  tokens: PreviewTokens,
  claim: Claim,
  { query, admission }: { query: URLSearchParams; admission: Admission },
): void {
  const { request, target, destination, secure } = claim;
  if (destination.policy.allow_public_traffic !== false) return;
  const { trafficToken } = destination.sandbox;
  admission.trafficToken = trafficToken;
  const subject = trafficSubject(destination.sandbox);
  const inAddress = query.get(TRAFFIC_TOKEN_PARAMETER);
  const shown = headerOf(request, TRAFFIC_TOKEN_HEADER) ?? inAddress ?? undefined;
  const name = cookieName(target, 'traffic');
  if (shown === undefined) {
    const cookie = readCookie(request.headers.cookie, name);
    const claims = cookie !== undefined && mayUseCookie(claim) ? tokens.read(cookie) : undefined;
    if (claims?.kind === 'traffic' && claims.subject === subject && claims.expiresAt > Date.now()) return;
    throw new ApiError('edge_token_missing', { which: ': traffic to this sandbox is not public' });
  }
  if (!isSame(shown, trafficToken)) throw new ApiError('edge_token_invalid');
  if (inAddress !== null && claim.transport === 'http') {
    const expiresAt = Date.now() + TRAFFIC_COOKIE_MS;
    const value = tokens.make({ subject, kind: 'traffic', expiresAt });
    admission.cookies.push(writeCookie({ name, value, expiresAt, secure }));
  }
}

/** A cookie counts as long as the token that it was given for. */
function trafficSubject({ executionId, trafficToken }: Destination['sandbox']): string {
  const digest = createHash('sha256')
    .update(trafficToken ?? '')
    .digest('hex');
  return `${executionId}_${digest.slice(0, 16)}`;
}

function isSame(given: string, expected: string | null): boolean {
  const [a, b] = [given, expected ?? ''].map((text) => createHash('sha256').update(text).digest());
  return expected !== null && timingSafeEqual(a!, b!);
}

/** A header that is there twice is no token. */
function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
