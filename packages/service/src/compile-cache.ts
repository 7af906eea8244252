import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes the folder in which Node keeps the translated code of a service, for `NODE_COMPILE_CACHE`. What lies there is
 * run as it is, so each service and account has a folder of its own that no other account may write.
 *
 * @param options.cacheDir Only root, or the calling user, may write it.
 * @param options.owner Account that the service runs as; undefined: the caller's.
 */
export function prepareCompileCache(options: {
  cacheDir: string;
  service: string;
  owner?: { uid: number; gid: number };
}): string {
  const { cacheDir, service, owner } = options;
  const all = join(cacheDir, 'compiled');
  const own = join(all, `${service}-${owner?.uid ?? process.getuid?.() ?? 0}`);
  mkdirSync(all, { recursive: true, mode: 0o755 });
  mkdirSync(own, { recursive: true, mode: 0o700 });
  chmodSync(own, 0o700);
  if (owner) chownSync(own, owner.uid, owner.gid);
  return own;
}
