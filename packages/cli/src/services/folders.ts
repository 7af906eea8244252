import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import type { Paths } from '@nullspace/configuration';
import { CliError } from '../errors/cli-error.ts';
import type { Account } from './account.ts';
import { canUse } from './launch.ts';

/**
 * Makes the folders of an installation, or sets their owners and modes right: the server's state belongs to its
 * account, the host's to root alone.
 *
 * @throws {CliError} When the account cannot reach its folder.
 *
 * @param account Account of the server; undefined leaves everything to the calling user.
 */
export function makeFolders(all: Paths, account: Account | undefined): void {
  const own = account && { uid: account.uid, gid: account.gid };
  make(all.dataDir, 0o755);
  make(all.runDir, 0o755);
  make(all.logsDir, 0o750, account && { uid: 0, gid: account.gid });
  make(all.hostDir, 0o700);
  make(all.serverDir, 0o700, own);
  if (!account || canUse(account, '-w', all.serverDir)) return;
  throw new CliError(
    `The account ${account.name} cannot reach ${all.serverDir}: a folder above it is closed.`,
    {
      suggestedAction: 'Let others enter the folders above (chmod o+x), or choose another --data-dir.',
    },
  );
}

function make(folder: string, mode: number, owner?: { uid: number; gid: number }): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, mode);
  if (owner) chownSync(folder, owner.uid, owner.gid);
}
