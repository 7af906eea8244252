import * as z from 'zod';

/** Prefix of each kind of id. After it come lower-case letters and digits. */
export const idPrefixes = {
  sandbox: 'sb_',
  request: 'req_',
  snapshot: 'snap_',
  template: 'tmpl_',
  template_build: 'tb_',
  warm_pool: 'twp_',
  api_key: 'key_',
} as const;

export type IdKind = keyof typeof idPrefixes;

/** Characters after the prefix of an id that the server makes. */
export const ID_LENGTH = 20;

/**
 * An id in a path. Any URL-safe word passes, since an id of unknown form is simply not found;
 * a text that could never be an id is refused.
 */
export const pathId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "_" or "-"');
