import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { probeKey } from '../client-configuration/probe.ts';
import { CliError } from '../errors/cli-error.ts';
import type { Account } from './account.ts';
import { administer } from './admin.ts';
import type { Installation } from './installation.ts';

/** File with the first API key of an installation, readable by root alone. */
export function operatorKeyFile(installation: Installation): string {
  return join(installation.paths.dataDir, 'operator-key.json');
}

/** The first API key of an installation; undefined before there is one. */
export function readOperatorKey(installation: Installation): string | undefined {
  try {
    const content = JSON.parse(readFileSync(operatorKeyFile(installation), 'utf8')) as { api_key?: unknown };
    return typeof content.api_key === 'string' ? content.api_key : undefined;
  } catch {
    return undefined;
  }
}

/** The installation's own API key: the stored one while the server takes it, otherwise a new one. */
export async function ensureOperatorKey(
  installation: Installation,
  options: { url: string; account: Account | undefined },
): Promise<string> {
  const stored = readOperatorKey(installation);
  if (stored) {
    const state = await probeKey(options.url, stored);
    if (state === 'works') return stored;
    if (state === 'unreachable') {
      throw new CliError(`The server at ${options.url} is ready but does not answer as it should.`, {
        code: 'service_failed',
        suggestedAction: `Read ${join(installation.paths.logsDir, 'server.log')}.`,
      });
    }
  }
  const created = (await administer(['keys', 'create', '--name', 'operator'], {
    installation,
    account: options.account,
  })) as { key?: string };
  const { key } = created;
  if (!key) throw new CliError('The administration program made no key.');
  const file = operatorKeyFile(installation);
  writeFileSync(`${file}.new`, `${JSON.stringify({ api_key: key }, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return key;
}
