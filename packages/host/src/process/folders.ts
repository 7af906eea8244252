import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Paths } from '@nullspace/configuration';
import { writeAtomic } from '@nullspace/service';
import { imagerUser } from '../imager/run-imager.ts';
import { makeInstanceId } from '../instance/ids.ts';

const run = promisify(execFile);

/** Group that may use the host's socket; undefined when the account is not there. */
export async function findGroup(user: string): Promise<number | undefined> {
  try {
    const { stdout } = await run('id', ['-g', '--', user]);
    return Number(stdout.trim());
  } catch {
    return undefined;
  }
}

/** Makes the host's folders: its state for root alone, the socket's for the server's group too. */
export async function prepareFolders(paths: Paths, group: number | undefined): Promise<void> {
  await mkdir(paths.dataDir, { recursive: true, mode: 0o755 });
  await mkdir(paths.runDir, { recursive: true, mode: 0o755 });
  const { hostDir, imagesDir, instancesDir, snapshotsDir, importsDir, layersDir } = paths;
  for (const folder of [hostDir, imagesDir, instancesDir, snapshotsDir, importsDir, layersDir]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  }
  if (process.getuid?.() === 0) await chown(layersDir, imagerUser, imagerUser);
  if (group !== undefined) await chown(paths.runDir, 0, group);
}

/** Id of this host, made at its first start. */
export async function readHostId(hostDir: string): Promise<string> {
  const path = join(hostDir, 'host_id');
  const found = await readFile(path, 'utf8').catch(() => '');
  if (found.trim()) return found.trim();
  const id = makeInstanceId().replace(/^i/, 'h');
  await writeAtomic(path, `${id}\n`, { mode: 0o600 });
  return id;
}
