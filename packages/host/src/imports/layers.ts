import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostContext } from '../context.ts';

const partial = 'partial-';
const megabyte = 1024 * 1024;

/** Name of a layer's file, by its digest. */
export function layerName(digest: string): string {
  return digest.replace(':', '-');
}

/** Marks layers as used now. */
export async function touchLayers(host: HostContext, digests: readonly string[]): Promise<void> {
  const now = new Date();
  for (const digest of digests) {
    await utimes(join(host.paths.layersDir, layerName(digest)), now, now).catch(() => {});
  }
}

/** Removes layers that were not used for longest until the others fit. */
export async function pruneLayers(host: HostContext, inUse: ReadonlySet<string>): Promise<void> {
  const folder = host.paths.layersDir;
  const found: { path: string; name: string; bytes: number; usedAt: number }[] = [];
  for (const name of await readdir(folder)) {
    if (name.startsWith(partial)) continue;
    const path = join(folder, name);
    const one = await stat(path).catch(() => undefined);
    if (one) found.push({ path, name, bytes: one.size, usedAt: one.mtimeMs });
  }
  let left = found.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { path, name, bytes } of found.sort((a, b) => a.usedAt - b.usedAt)) {
    if (left <= host.settings.layer_cache_mb * megabyte) return;
    if (inUse.has(name)) continue;
    await rm(path, { force: true });
    left -= bytes;
  }
}

/** Removes layers that an earlier process was fetching. */
export async function removePartialLayers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(partial)) await rm(join(folder, name), { force: true });
  }
}
