/** Namespace of what comes with the server. */
export const BUILTIN_NAMESPACE = 'nullspace';
export const BUILTIN_TAGS = ['default', 'latest'];
export const DEFAULT_TAG = 'default';

/** Names that no template of a tenant can have: those of built-in ones, whether this version has them or not. */
const reserved = new Set([
  'base',
  'code-interpreter',
  'desktop',
  'codex',
  'claude-code',
  'amp',
  'opencode',
  'bucket-s3',
  'bucket-gcs',
]);

export function isReserved(name: string): boolean {
  return reserved.has(name);
}
