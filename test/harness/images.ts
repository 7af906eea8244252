import { execFileSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/**
 * Gives an installation the base image. It is added (and so copied and digested) once a machine, by the host's own
 * command; installations after the first get links to that.
 */
export function installBaseImage(dataDir: string, image: string, hostScript: string): void {
  const store = join(tmpdir(), `nullspace-images-${basename(image, '.erofs').slice(-16)}`);
  if (!existsSync(store)) {
    const scratch = mkdtempSync(join(tmpdir(), 'nullspace-images-new-'));
    const env = { ...process.env, NULLSPACE_DATA_DIR: scratch };
    execFileSync(process.execPath, [hostScript, 'images', 'add', 'base', image], { env, stdio: 'pipe' });
    renameSync(join(scratch, 'host/images'), store);
    rmSync(scratch, { recursive: true });
  }
  const folder = join(dataDir, 'host/images');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(store).filter((name) => name !== 'lock'))
    linkSync(join(store, name), join(folder, name));
}
