import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Settings } from '@nullspace/configuration';

const run = promisify(execFile);

/** Folder of the repository that this file belongs to. */
const root = join(import.meta.dirname, '../../../..');

// Services are started with a short PATH; Go's own installer and Debian's packages put it here.
const goFolders = '/usr/local/go/bin:/usr/lib/go/bin';

export interface Programs {
  runsc: string;
  agent: string;
  imager: string;
  egress: string;
  filter: string;
}

/**
 * Paths of runsc, of the guest agent, of the imager, of the egress program and of the filter program that belong to this
 * state of the sources.
 * Their build scripts name them; what is not in the cache yet is built.
 *
 * @throws {Error} When a build fails, or a configured runsc has not the pinned version.
 */
export async function findPrograms(settings: Settings): Promise<Programs> {
  const [runsc, agent, imager, egress, filter] = await Promise.all([
    settings.runsc ? checkRunsc(settings) : build('engine/build', settings),
    build('guest/build', settings),
    build('imager/build', settings),
    build('egress/build', settings),
    build('egress/build', settings, ['filter']),
  ]);
  return { runsc, agent, imager, egress, filter };
}

async function build(script: string, settings: Settings, args: string[] = []): Promise<string> {
  const env = {
    ...process.env,
    PATH: `${process.env.PATH ?? '/usr/bin:/bin'}:${goFolders}`,
    NULLSPACE_CACHE_DIR: settings.cache_dir,
  };
  try {
    const { stdout } = await run(join(root, script), args, { env });
    return stdout.trim().split('\n').at(-1) ?? '';
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() || (error as Error).message;
    throw new Error(`${script} failed: ${said}`, { cause: error });
  }
}

async function checkRunsc(settings: Settings): Promise<string> {
  const path = settings.runsc;
  const { stdout } = await run(path, ['--version']);
  const given = stdout.split('\n', 1)[0] ?? '';
  const pinned = await readPinnedVersion();
  if (settings.runsc_any_version || given.includes(pinned)) return path;
  throw new Error(
    `${path} says "${given}", but Nullspace is made for ${pinned}; leave runsc empty, or set runsc_any_version to use it all the same`,
  );
}

async function readPinnedVersion(): Promise<string> {
  const text = await readFile(join(root, 'engine/go.mod'), 'utf8');
  const version = /gvisor\.dev\/gvisor (v\S+)/.exec(text)?.[1];
  if (!version) throw new Error('engine/go.mod names no version of gvisor.dev/gvisor');
  return version;
}
