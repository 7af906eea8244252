import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { rootCertificates } from 'node:tls';
import acme from 'acme-client';
import { AcmeError } from './acme-error.ts';

/** The last answer of the authority that was none of success. */
interface Problem {
  status: number;
  type: string;
  detail: string;
  retryAfterMs: number | undefined;
}

const REQUEST_MS = 60_000;
const MOST_BYTES = 1024 * 1024;
/** An authority that asks for more is not believed. */
const LONGEST_WAIT_MS = 7 * 24 * 3600 * 1000;

const badNonce = 'urn:ietf:params:acme:error:badNonce';

let problem: Problem | undefined;

/**
 * Sets up how the library asks. It would wait by itself as long as the authority says, hours and days, and not tell;
 * here each request is asked once, and the attempt ends with what was answered.
 */
export async function prepareRequests(ca: string): Promise<void> {
  const { interceptors, defaults } = acme.axios;
  interceptors.request.clear();
  interceptors.response.clear();
  interceptors.response.use((response) => {
    const { status, headers, data } = response;
    if (status >= 400 && data?.type !== badNonce) {
      const retryAfterMs = parseRetryAfter(headers['retry-after']);
      problem = { status, type: String(data?.type ?? ''), detail: String(data?.detail ?? ''), retryAfterMs };
    }
    return response;
  });
  const bounds = { timeout: REQUEST_MS, maxContentLength: MOST_BYTES, maxRedirects: 0 };
  Object.assign(defaults, bounds);
  if (ca) defaults.httpsAgent = new Agent({ ca: [...rootCertificates, await readFile(ca, 'utf8')] });
}

/** Asks something of the authority, and tells in our words when it does not do it. */
export async function ask<T>(what: string, call: () => Promise<T>): Promise<T> {
  problem = undefined;
  try {
    return await call();
  } catch (cause) {
    throw explain(what, cause as Error & { code?: string });
  }
}

function explain(what: string, cause: Error & { code?: string }): AcmeError {
  if (cause instanceof AcmeError) return cause;
  if (!problem) {
    const failure = cause.code === undefined ? 'refused' : 'unreachable';
    return new AcmeError(failure, `${what}: ${cause.message || cause.code}`, { cause });
  }
  const { status, type, detail, retryAfterMs } = problem;
  const name = type.replace('urn:ietf:params:acme:error:', '');
  const limited = status === 429 || name === 'rateLimited';
  const failure = limited ? 'rate_limited' : status >= 500 ? 'unreachable' : 'refused';
  const said = [String(status), name, detail.slice(0, 500)].filter(Boolean).join(' ');
  return new AcmeError(failure, `${what}: the authority answered ${said}`, {
    cause,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** Milliseconds that a Retry-After header asks for, in seconds or as a date. */
function parseRetryAfter(header: unknown): number | undefined {
  const text = String(header ?? '');
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_WAIT_MS);
}
