import { isIP } from 'node:net';
import { ApiError } from '../api-error.ts';

/** The name in a Host header, without its port and in lower case; empty when it has another form. */
export function nameIn(hostHeader: string | undefined): string {
  const host = (hostHeader ?? '').toLowerCase();
  const match = /^(\[[0-9a-f:.]+\]|[^:[\]\s/@]*)(:\d{1,5})?$/.exec(host);
  return match?.[1] ?? '';
}

/**
 * Refuses a name that is none of this machine's: a page of another site that had its own name resolved to this
 * address would otherwise read what is served here.
 */
export function requireOwnName(hostHeader: string | undefined, own: string): void {
  const name = nameIn(hostHeader);
  const bare = name.replace(/^\[|\]$/g, '');
  if (name === '') throw unknownHost(hostHeader);
  if (name === 'localhost' || isIP(bare) !== 0 || bare === own.toLowerCase()) return;
  throw unknownHost(hostHeader);
}

export function unknownHost(hostHeader: string | undefined): ApiError {
  const host = (hostHeader ?? '').slice(0, 100);
  return new ApiError('preview_host_unknown', { host }, { details: { host } });
}
