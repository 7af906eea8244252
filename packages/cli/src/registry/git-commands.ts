import type { CommandEntry } from '../command-table.ts';
import { entry } from './entry.ts';

/** Commands about git. */
export const gitCommands: CommandEntry[] = [
  entry('sandbox git clone', 'Clone a repository.', () => import('../commands/sandbox/git/clone.ts')),
  entry('sandbox git status', 'Show what changed.', () => import('../commands/sandbox/git/status.ts')),
  entry('sandbox git diff', 'Show changes as a patch.', () => import('../commands/sandbox/git/diff.ts')),
  entry('sandbox git add', 'Stage files.', () => import('../commands/sandbox/git/add.ts')),
  entry('sandbox git commit', 'Stage and commit.', () => import('../commands/sandbox/git/commit.ts')),
  entry('sandbox git push', 'Push to a remote.', () => import('../commands/sandbox/git/push.ts')),
  entry('sandbox git pull', 'Pull from a remote.', () => import('../commands/sandbox/git/pull.ts')),
  entry(
    'sandbox git checkout',
    'Switch to a branch, tag or commit.',
    () => import('../commands/sandbox/git/checkout.ts'),
  ),
  entry('sandbox git branch list', 'List branches.', () => import('../commands/sandbox/git/branch-list.ts')),
  entry(
    'sandbox git branch create',
    'Make a branch and switch to it.',
    () => import('../commands/sandbox/git/branch-create.ts'),
  ),
  entry(
    'sandbox git branch delete',
    'Delete a branch.',
    () => import('../commands/sandbox/git/branch-delete.ts'),
  ),
  entry('sandbox git remote-add', 'Add a remote.', () => import('../commands/sandbox/git/remote-add.ts')),
  entry('sandbox git config get', 'Read a setting.', () => import('../commands/sandbox/git/config-get.ts')),
  entry('sandbox git config set', 'Write a setting.', () => import('../commands/sandbox/git/config-set.ts')),
  entry(
    'sandbox git config user',
    'Set name and address of commits.',
    () => import('../commands/sandbox/git/config-user.ts'),
  ),
  entry(
    'sandbox git dangerously-authenticate',
    'Store a login in the sandbox.',
    () => import('../commands/sandbox/git/dangerously-authenticate.ts'),
  ),
  entry(
    'sandbox git add-ssh-key',
    'Install a private key.',
    () => import('../commands/sandbox/git/add-ssh-key.ts'),
  ),
];
