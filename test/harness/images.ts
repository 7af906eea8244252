import { execFileSync } from 'node:child_process';
import {
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { basename, join } from 'node:path';

/** How long the copies of an image that is no longer the newest are kept: another working copy may use them. */
const keepMs = 86_400_000;

/**
 * Gives an installation the base image. It is added (and so copied and digested) once a machine, by the host's own
 * command, into the cache folder; installations after the first get links to that.
 */
export function installBaseImage(dataDir: string, image: string, hostScript: string): void {
  const store = join(cacheFolder(), basename(image, '.erofs'));
  if (!existsSync(store)) addOnce(store, image, hostScript);
  const now = new Date();
  utimesSync(store, now, now);
  const folder = join(dataDir, 'host/images');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(store).filter((name) => name !== 'lock'))
    linkOrCopy(join(store, name), join(folder, name));
}

function cacheFolder(): string {
  return join(process.env.NULLSPACE_CACHE_DIR ?? '/var/cache/nullspace', 'test-images');
}

/** Fills the store, and drops those of earlier images. Several tests may come here at once: one of them fills it. */
function addOnce(store: string, image: string, hostScript: string): void {
  mkdirSync(cacheFolder(), { recursive: true });
  for (const name of readdirSync(cacheFolder())) {
    const path = join(cacheFolder(), name);
    const usedAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (usedAt < Date.now() - keepMs) rmSync(path, { recursive: true, force: true });
  }
  const scratch = mkdtempSync(join(cacheFolder(), 'new-'));
  const env = { ...process.env, NULLSPACE_DATA_DIR: scratch };
  execFileSync(process.execPath, [hostScript, 'images', 'add', 'base', image], { env, stdio: 'pipe' });
  try {
    renameSync(join(scratch, 'host/images'), store);
  } catch (error) {
    // Another was quicker.
    if (!existsSync(store)) throw error;
  }
  rmSync(scratch, { recursive: true });
}

/** The data folder may lie on another file system than the cache. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    copyFileSync(from, to, constants.COPYFILE_FICLONE);
  }
}
