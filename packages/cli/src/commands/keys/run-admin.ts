import { existsSync } from 'node:fs';
import type { Call } from '../../command.ts';
import { CliError } from '../../errors/cli-error.ts';
import { findAccount } from '../../services/account.ts';
import { administer } from '../../services/admin.ts';
import { settingsFile } from '../../services/installation.ts';
import { requireRoot } from '../../services/require-root.ts';
import { installationOf } from '../installation-of.ts';

/** An API key as the server's administration shows it. */
export interface KeyRecord {
  id: string;
  name?: string | null;
  tenant?: string | null;
  prefix?: string | null;
  created_at?: string | null;
  last_used_at?: string | null;
  revoked_at?: string | null;
  /** The key itself; only in the answer to its creation. */
  key?: string;
}

/** Runs a command of the key administration on the installation that the line describes. */
export async function runKeyAdmin(call: Call, words: string[]): Promise<unknown> {
  requireRoot(`keys ${words[0]}`);
  const installation = installationOf(call);
  if (!existsSync(settingsFile(installation))) {
    throw new CliError(`There is no installation in ${installation.paths.dataDir}.`, {
      suggestedAction: 'Run "nullspace up" first, or name its folder with --data-dir.',
    });
  }
  const account = findAccount(installation.settings.service_user);
  return administer(['keys', ...words], { installation, account });
}
