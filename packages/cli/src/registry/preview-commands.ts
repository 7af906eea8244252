import type { CommandEntry } from '../command-table.ts';
import { entry } from './entry.ts';

/** Commands about addresses of ports. */
export const previewCommands: CommandEntry[] = [
  entry('sandbox host', 'Show where a port answers.', () => import('../commands/sandbox/preview/host.ts')),
  entry('sandbox url', 'Show the address of a port.', () => import('../commands/sandbox/preview/url.ts')),
  entry('sandbox ready', 'Wait until a port answers.', () => import('../commands/sandbox/preview/ready.ts')),
  entry(
    'sandbox port-forward',
    'Make ports of a sandbox ports of this machine.',
    () => import('../commands/sandbox/preview/port-forward.ts'),
  ),
  entry(
    'sandbox preview-url get',
    'Show the preview of a port.',
    () => import('../commands/sandbox/preview/url-get.ts'),
  ),
  entry(
    'sandbox preview-url create',
    'Make a preview of a port, with a lifetime.',
    () => import('../commands/sandbox/preview/url-create.ts'),
  ),
  entry(
    'sandbox preview-url list',
    'List preview grants.',
    () => import('../commands/sandbox/preview/url-list.ts'),
  ),
  entry(
    'sandbox preview-url revoke',
    'Revoke a preview grant.',
    () => import('../commands/sandbox/preview/url-revoke.ts'),
  ),
  entry(
    'sandbox preview-proxy-target create',
    'Make a grant for a proxy of yours.',
    () => import('../commands/sandbox/preview/proxy-target-create.ts'),
  ),
];
