import type { CommandEntry } from '../command-table.ts';
import { entry } from './entry.ts';

const load = () => import('../commands/sandbox/ssh/ssh.ts');

/** Commands about SSH. */
export const sshCommands: CommandEntry[] = [
  entry('ssh', 'Open a shell in a sandbox, or run a command there, over SSH.', load),
  entry('sandbox ssh', 'The same as "ssh".', load),
  entry(
    'sandbox ssh-access',
    'Let a key in over SSH, and start nothing.',
    () => import('../commands/sandbox/ssh/access.ts'),
  ),
  entry('sandbox ssh-list', 'List SSH accesses.', () => import('../commands/sandbox/ssh/list.ts')),
  entry('sandbox ssh-revoke', 'Revoke an SSH access.', () => import('../commands/sandbox/ssh/revoke.ts')),
];
