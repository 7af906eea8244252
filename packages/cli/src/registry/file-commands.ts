import type { CommandEntry } from '../command-table.ts';
import { entry } from './entry.ts';

/** Commands about files, under the words of their group. */
export function fileCommands(group: string): CommandEntry[] {
  return [
    entry(`${group} list`, 'List a directory.', () => import('../commands/sandbox/file/list.ts')),
    entry(`${group} read`, 'Read a file.', () => import('../commands/sandbox/file/read.ts')),
    entry(`${group} write`, 'Write stdin into a file.', () => import('../commands/sandbox/file/write.ts')),
    entry(
      `${group} write-files`,
      'Write several files at once.',
      () => import('../commands/sandbox/file/write-files.ts'),
    ),
    entry(`${group} cp`, 'Copy files in or out.', () => import('../commands/sandbox/file/cp.ts')),
    entry(`${group} info`, 'Show facts about a file.', () => import('../commands/sandbox/file/info.ts')),
    entry(
      `${group} exists`,
      'Tell whether a path exists.',
      () => import('../commands/sandbox/file/exists.ts'),
    ),
    entry(`${group} find`, 'Search contents.', () => import('../commands/sandbox/file/find.ts')),
    entry(`${group} search`, 'Search names.', () => import('../commands/sandbox/file/search.ts')),
    entry(`${group} replace`, 'Replace text in files.', () => import('../commands/sandbox/file/replace.ts')),
    entry(`${group} watch`, 'Follow what changes.', () => import('../commands/sandbox/file/watch.ts')),
    entry(`${group} mkdir`, 'Make a directory.', () => import('../commands/sandbox/file/mkdir.ts')),
    entry(`${group} mv`, 'Move a file.', () => import('../commands/sandbox/file/mv.ts')),
    entry(`${group} rm`, 'Remove a file or directory.', () => import('../commands/sandbox/file/rm.ts')),
    entry(`${group} chmod`, 'Set permissions.', () => import('../commands/sandbox/file/chmod.ts')),
    entry(
      `${group} download-url`,
      'Get an address to download from.',
      () => import('../commands/sandbox/file/download-url.ts'),
    ),
    entry(
      `${group} upload-url`,
      'Get an address to upload to.',
      () => import('../commands/sandbox/file/upload-url.ts'),
    ),
  ];
}
