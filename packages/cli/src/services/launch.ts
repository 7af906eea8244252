import { spawnSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { nodeFlags } from '@nullspace/service';
import { CliError } from '../errors/cli-error.ts';
import type { Account } from './account.ts';

/** A program of this repository, run by Node. */
export interface Program {
  /** Folder of the repository. */
  root: string;
  /** File to run, absolute, below `root`. */
  entry: string;
  args: string[];
}

export interface CommandLine {
  command: string;
  args: string[];
}

/**
 * How to run a program as an account, or as the calling user when there is none. A repository or a Node that the
 * account cannot reach (a clone in /root, say) is mounted for that one process where it can.
 *
 * @param options.viewDir Folder for those mounts; reachable by the account.
 */
export function commandLine(
  program: Program,
  options: { account?: Account; viewDir: string; node?: string },
): CommandLine {
  const { account, viewDir, node = process.execPath } = options;
  if (!account) return { command: node, args: [...nodeFlags, program.entry, ...program.args] };

  const binds: [from: string, to: string][] = [];
  let { entry } = program;
  let runtime = node;
  if (!canUse(account, '-r', program.entry)) {
    refuseClosedFiles(program, account);
    const view = join(viewDir, 'code');
    mkdirSync(view, { recursive: true });
    binds.push([program.root, view]);
    entry = join(view, relative(program.root, program.entry));
  }
  if (!canUse(account, '-x', node)) {
    mkdirSync(viewDir, { recursive: true });
    runtime = join(viewDir, 'node');
    // A file can only be mounted over a file.
    writeFileSync(runtime, '', { flag: 'a' });
    binds.push([node, runtime]);
  }
  const line = dropPrivileges(account, [runtime, ...nodeFlags, entry, ...program.args]);
  return binds.length === 0 ? line : withMounts(binds, line);
}

// A mount leads around closed folders above the repository; modes inside it stay what they are.
function refuseClosedFiles({ root, entry }: Program, account: Account): void {
  if (statSync(root).mode & 0o001 && statSync(entry).mode & 0o004) return;
  throw new CliError(`The account ${account.name} may not read ${root}.`, {
    suggestedAction: `Let others read the code: chmod -R go+rX ${root}`,
  });
}

function dropPrivileges(account: Account, words: string[]): CommandLine {
  return {
    command: 'setpriv',
    args: [
      `--reuid=${account.uid}`,
      `--regid=${account.gid}`,
      '--clear-groups',
      '--no-new-privs',
      '--inh-caps=-all',
      '--bounding-set=-all',
      '--',
      ...words,
    ],
  };
}

function withMounts(binds: [string, string][], line: CommandLine): CommandLine {
  const script = 'while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit 1; shift 2; done; shift; exec "$@"';
  return {
    command: 'unshare',
    args: [
      '--mount',
      '--propagation=slave',
      '--',
      '/bin/sh',
      '-c',
      script,
      'sh',
      ...binds.flat(),
      '--',
      line.command,
      ...line.args,
    ],
  };
}

/** Whether an account may read, write or enter a path, as test(1) tells. */
export function canUse(account: Account, test: '-r' | '-w' | '-x', path: string): boolean {
  const { command, args } = dropPrivileges(account, ['test', test, path]);
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
