import * as z from 'zod';

/** Prefix of each kind of id. After it come lower-case letters and digits. */
export const idPrefixes = {
  sandbox: 'sb_',
  request: 'req_',
  snapshot: 'snap_',
  template: 'tmpl_',
  template_build: 'tb_',
  template_claim: 'tclm_',
  warm_pool: 'twp_',
  api_key: 'key_',
  event: 'evt_',
  webhook: 'wh_',
  delivery: 'del_',
  attempt: 'wha_',
  terminal: 'ses_',
  upload: 'up_',
  preview_grant: 'pvg_',
  ssh_access: 'ssh_',
} as const;

export type IdKind = keyof typeof idPrefixes;

/** Characters after the prefix of an id that the server makes. */
export const ID_LENGTH = 20;

/** An id in a path. Its form is not judged here: an id of any other form is simply not found. */
export const pathId = z.string().min(1).max(1024);

/** True for a text that could be an id of ours. */
export function isIdLike(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text);
}
