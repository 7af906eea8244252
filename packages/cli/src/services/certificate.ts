import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from './installation.ts';

/** How the certificate of previews is that the server gets by ACME. */
export interface CertificateStatus {
  /** "failing": it is valid, but its renewal fails. "missing": previews refuse every connection. */
  state: 'valid' | 'failing' | 'expired' | 'missing' | 'unknown';
  message: string;
  expires_at: string | null;
  renew_at: string | null;
  failures: number;
  last_error: string | null;
  next_attempt_at: string | null;
}

/** What the server has noted; undefined where it gets no certificate by ACME. */
export function readCertificate({ settings, paths }: Installation): CertificateStatus | undefined {
  if (!settings.preview_acme) return undefined;
  let text: string | undefined;
  try {
    text = readFileSync(join(paths.acmeDir, 'state.json'), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') return describe('unknown', {}, `it is for root to see (${code})`);
  }
  return judge(text === undefined ? {} : parse(text), settings.preview_domain);
}

interface Noted {
  domain?: string;
  expires_at?: string | null;
  renew_at?: string | null;
  failures?: number;
  last_error?: { message: string } | null;
  next_attempt_at?: string | null;
}

function judge(noted: Noted, domain: string): CertificateStatus {
  const { expires_at: expires, renew_at, failures = 0, last_error, next_attempt_at } = noted;
  const failure =
    failures > 0
      ? `; ${failures} attempts failed, the next is due at ${next_attempt_at}: ${last_error?.message}`
      : '';
  if (noted.domain !== domain || !expires) {
    return describe('missing', noted, `there is none for *.${domain} yet${failure}`);
  }
  if (Date.parse(expires) <= Date.now())
    return describe('expired', noted, `it expired at ${expires}${failure}`);
  const until = `*.${domain} until ${expires}`;
  return failure
    ? describe('failing', noted, `${until}${failure}`)
    : describe('valid', noted, `${until}, renewed from ${renew_at} on`);
}

function describe(state: CertificateStatus['state'], noted: Noted, message: string): CertificateStatus {
  return {
    state,
    message,
    expires_at: noted.expires_at ?? null,
    renew_at: noted.renew_at ?? null,
    failures: noted.failures ?? 0,
    last_error: noted.last_error?.message ?? null,
    next_attempt_at: noted.next_attempt_at ?? null,
  };
}

function parse(text: string): Noted {
  try {
    return JSON.parse(text) as Noted;
  } catch {
    return {};
  }
}
