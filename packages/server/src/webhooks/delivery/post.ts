import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIPv6, type LookupFunction } from 'node:net';
import { findTarget, TargetError, type TargetOptions } from '../target/find-target.ts';

/** What became of a call. `error` is null when the receiver took it. */
export interface PostResult {
  responseStatus: number | null;
  error: { code: string; message: string } | null;
}

/**
 * Posts a body once. The name is resolved here, its addresses are judged, and the connection goes to one of those.
 * Redirects are not followed, and of the answer only the status is read. Rejects when `signal` aborts.
 */
export async function post(
  url: URL,
  options: { body: string; headers: Record<string, string>; timeoutMs: number } & TargetOptions,
): Promise<PostResult> {
  const late = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([late, options.signal]);
  try {
    const addresses = await withSignal(findTarget(url, { ...options, signal }), signal);
    return judge(await send(url, addresses, { ...options, signal }));
  } catch (error) {
    if (options.signal.aborted) throw error;
    if (late.aborted) {
      const message = `The receiver did not answer in ${options.timeoutMs} ms`;
      return { responseStatus: null, error: { code: 'timeout', message } };
    }
    const code = error instanceof TargetError ? error.code : 'connection_failed';
    return { responseStatus: null, error: { code, message: describe(error) } };
  }
}

function send(
  url: URL,
  addresses: string[],
  { body, headers, signal }: { body: string; headers: Record<string, string>; signal: AbortSignal },
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
    method: 'POST',
    headers: { ...headers, 'content-length': String(Buffer.byteLength(body)) },
    // One connection a call: none is kept that leads to an address judged earlier.
    agent: false,
    lookup: answerWith(addresses),
    signal,
  });
  request.once('response', (response) => {
    resolve(response.statusCode ?? 0);
    response.destroy();
  });
  request.on('error', reject);
  // The server of a stranger must not take over the connection.
  request.once('upgrade', (_response, socket) => {
    socket.destroy();
    reject(new Error('The receiver switched to another protocol'));
  });
  request.end(body);
  return promise;
}

/** Answers every lookup of a connection with the addresses that were judged. */
function answerWith(addresses: string[]): LookupFunction {
  const answers = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
  return (_name, options, callback) => {
    if (options.all) callback(null, answers);
    else callback(null, answers[0]!.address, answers[0]!.family);
  };
}

function judge(status: number): PostResult {
  if (status >= 200 && status < 300) return { responseStatus: status, error: null };
  const error =
    status >= 300 && status < 400
      ? { code: 'redirect_refused', message: `The receiver answered ${status}; redirects are not followed` }
      : { code: 'bad_status', message: `The receiver answered ${status}` };
  return { responseStatus: status, error };
}

function describe(error: unknown): string {
  // Several addresses that all failed give an error without a message of its own.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}

async function withSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = () => reject(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', giveUp);
    work.catch(() => undefined);
  }
}
