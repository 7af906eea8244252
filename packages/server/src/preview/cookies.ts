import { createHash } from 'node:crypto';
import { keyOf, type PreviewTarget } from './preview-target.ts';

/** Browsers send cookies to every port of a host, so each target has names of its own. */
const PREFIX = 'nullspace_preview_';

export type CookiePurpose = 'grant' | 'traffic';

/** Name of the cookie that lets a browser go on without the token in the address. */
export function cookieName(target: PreviewTarget, purpose: CookiePurpose): string {
  const digest = createHash('sha256')
    .update(`${purpose} ${keyOf(target)}`)
    .digest('hex');
  return PREFIX + digest.slice(0, 16);
}

export function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of splitCookies(header)) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim();
  }
  return undefined;
}

/** The header without cookies of previews, which are nobody's business inside. Undefined: nothing is left. */
export function withoutOurs(header: string | undefined): string | undefined {
  const rest = splitCookies(header).filter((part) => !part.trim().startsWith(PREFIX));
  return rest.length > 0 ? rest.join(';').trim() : undefined;
}

export function writeCookie(cookie: {
  name: string;
  value: string;
  expiresAt: number;
  secure: boolean;
}): string {
  const seconds = Math.max(0, Math.floor((cookie.expiresAt - Date.now()) / 1000));
  const flags = `Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${cookie.secure ? '; Secure' : ''}`;
  return `${cookie.name}=${cookie.value}; ${flags}`;
}

function splitCookies(header: string | undefined): string[] {
  return header === undefined || header === '' ? [] : header.split(';');
}
