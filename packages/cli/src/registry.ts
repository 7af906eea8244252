import type { CommandEntry, CommandTable } from './command-table.ts';

const groups: Record<string, string> = {
  auth: 'Store an API key on this machine.',
  keys: 'Make, list and revoke API keys of the server on this machine.',
  sandbox: 'Create sandboxes and work in them.',
  'sandbox file': 'Read and change files of a sandbox.',
  'sandbox process': 'Follow and end processes of a sandbox.',
  'sandbox timeout': 'Change how long a sandbox lives.',
  template: 'Look at templates.',
};

const entry = (
  words: string,
  summary: string,
  load: CommandEntry['load'],
  aliases?: string[],
): CommandEntry => ({
  path: words.split(' '),
  summary,
  load,
  aliases,
});

const commands: CommandEntry[] = [
  entry('up', 'Start host and server in the background.', () => import('./commands/up.ts')),
  entry('stop', 'End the services and every sandbox.', () => import('./commands/stop.ts')),
  entry('status', 'Show how the services are.', () => import('./commands/status.ts')),
  entry('doctor', 'Check this machine, the services and the API.', () => import('./commands/doctor.ts')),
  entry('config', 'Show every setting and where it comes from.', () => import('./commands/config.ts')),
  entry('quickstart', 'Walk through a first sandbox.', () => import('./commands/quickstart.ts')),
  entry('auth login', 'Store an API key.', () => import('./commands/auth/login.ts')),
  entry('keys create', 'Make an API key.', () => import('./commands/keys/create.ts')),
  entry('keys list', 'List API keys.', () => import('./commands/keys/list.ts')),
  entry('keys revoke', 'Revoke an API key.', () => import('./commands/keys/revoke.ts')),
  entry('sandbox create', 'Create a sandbox.', () => import('./commands/sandbox/create.ts')),
  entry('sandbox list', 'List sandboxes.', () => import('./commands/sandbox/list.ts')),
  entry('sandbox get', 'Show one sandbox.', () => import('./commands/sandbox/get.ts'), ['info']),
  entry('sandbox exec', 'Run a command in a sandbox.', () => import('./commands/sandbox/exec.ts')),
  entry('sandbox metrics', 'Show the use of resources.', () => import('./commands/sandbox/metrics.ts')),
  entry('sandbox kill', 'Destroy a sandbox.', () => import('./commands/sandbox/kill.ts')),
  entry('sandbox timeout set', 'Set a new time to live.', () => import('./commands/sandbox/timeout-set.ts')),
  entry('sandbox file list', 'List a directory.', () => import('./commands/sandbox/file/list.ts')),
  entry('sandbox file read', 'Read a file.', () => import('./commands/sandbox/file/read.ts')),
  entry('sandbox file write', 'Write stdin into a file.', () => import('./commands/sandbox/file/write.ts')),
  entry('sandbox file info', 'Show facts about a file.', () => import('./commands/sandbox/file/info.ts')),
  entry(
    'sandbox file exists',
    'Tell whether a path exists.',
    () => import('./commands/sandbox/file/exists.ts'),
  ),
  entry('sandbox file mkdir', 'Make a directory.', () => import('./commands/sandbox/file/mkdir.ts')),
  entry('sandbox file mv', 'Move a file.', () => import('./commands/sandbox/file/mv.ts')),
  entry('sandbox file rm', 'Remove a file or directory.', () => import('./commands/sandbox/file/rm.ts')),
  entry('sandbox file chmod', 'Set permissions.', () => import('./commands/sandbox/file/chmod.ts')),
  entry('sandbox process list', 'List processes.', () => import('./commands/sandbox/process/list.ts')),
  entry(
    'sandbox process logs',
    'Show what a process wrote.',
    () => import('./commands/sandbox/process/logs.ts'),
  ),
  entry(
    'sandbox process attach',
    'Follow a process to its end.',
    () => import('./commands/sandbox/process/attach.ts'),
  ),
  entry(
    'sandbox process stream',
    'Run a command with live output.',
    () => import('./commands/sandbox/process/stream.ts'),
  ),
  entry(
    'sandbox process code-run',
    'Run a snippet of code.',
    () => import('./commands/sandbox/process/code-run.ts'),
  ),
  entry(
    'sandbox process stdin',
    'Write to the input of a process.',
    () => import('./commands/sandbox/process/stdin.ts'),
  ),
  entry('sandbox process kill', 'Kill a process.', () => import('./commands/sandbox/process/kill.ts')),
  entry('template list', 'List templates.', () => import('./commands/template/list.ts')),
  entry('template get', 'Show one template.', () => import('./commands/template/get.ts')),
  entry('schema', 'Describe the command line for programs.', () => import('./commands/schema.ts')),
  entry('completion', 'Print shell completion code.', () => import('./commands/completion.ts')),
];

/** The command line as it is. */
export const table: CommandTable = { commands, groups };
