import { hash, randomBytes } from 'node:crypto';

/** Every API key starts with this. */
export const KEY_PREFIX = 'ns_live_';

/** A fresh API key of 256 random bits. */
export function makeKey(): string {
  return KEY_PREFIX + randomBytes(32).toString('base64url');
}

/** What is stored of a key. The key is random, so a fast hash is enough. */
export function hashKey(key: string): string {
  return hash('sha256', key, 'hex');
}

/** First characters, by which an owner recognises a key. */
export function shownPrefix(key: string): string {
  return key.slice(0, KEY_PREFIX.length + 4);
}
