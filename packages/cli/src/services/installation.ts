import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LoadedSettings, type Paths, paths, type Settings } from '@nullspace/configuration';
import type { Account } from './account.ts';

/** One installation on this machine: its settings and where its things are. */
export interface Installation {
  settings: Settings;
  /** Settings that are not defaults, with which the services are started. */
  chosen: Partial<Settings>;
  paths: Paths;
  /** Folder of the repository that the code runs from. */
  root: string;
}

/** The installation that these settings describe. */
export function describeInstallation(loaded: LoadedSettings): Installation {
  const { settings, sources } = loaded;
  const chosen = Object.fromEntries(
    Object.entries(settings).filter(([name]) => sources[name as keyof Settings] !== 'default'),
  );
  return { settings, chosen, paths: paths(settings), root: join(import.meta.dirname, '../../../..') };
}

/** File with the chosen settings for services to read: command lines and environments are seen by others. */
export function settingsFile(installation: Installation): string {
  return join(installation.paths.runDir, 'settings.json');
}

/** Writes the settings file, readable by root and the server's account alone. */
export function writeSettingsFile(installation: Installation, account: Account | undefined): void {
  const file = settingsFile(installation);
  const text = settingsText(installation);
  if (readOrNothing(file) === text) return;
  const fresh = `${file}.${randomBytes(4).toString('hex')}`;
  writeFileSync(fresh, text, { mode: 0o640 });
  chmodSync(fresh, 0o640);
  if (account) chownSync(fresh, 0, account.gid);
  renameSync(fresh, file);
}

/** What the settings file holds. */
export function settingsText(installation: Installation): string {
  const { settings, chosen } = installation;
  return `${JSON.stringify({ data_dir: settings.data_dir, ...chosen }, null, 2)}\n`;
}

function readOrNothing(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
