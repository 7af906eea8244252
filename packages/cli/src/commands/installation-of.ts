import { loadSettings, SettingsError } from '@nullspace/configuration';
import type { Call } from '../command.ts';
import { UsageError } from '../errors/cli-error.ts';
import { describeInstallation, type Installation } from '../services/installation.ts';

/** The installation that the settings on a command line, in the environment and in the file describe. */
export function installationOf({ rest, terminal }: Pick<Call, 'rest' | 'terminal'>): Installation {
  const loaded = settingsOf(rest);
  for (const warning of loaded.warnings) terminal.note(`Warning: ${warning}`);
  return describeInstallation(loaded);
}

/** The settings that hold for this command line. */
export function settingsOf(argv: string[]): ReturnType<typeof loadSettings> {
  try {
    return loadSettings({ argv, env: process.env });
  } catch (error) {
    if (error instanceof SettingsError) {
      throw new UsageError(error.message, { suggestedAction: 'See "nullspace config".', cause: error });
    }
    throw error;
  }
}
