import type { CommandEntry, CommandTable } from '../command-table.ts';
import { entry } from './entry.ts';
import { fileCommands } from './file-commands.ts';
import { gitCommands } from './git-commands.ts';
import { previewCommands } from './preview-commands.ts';
import { sshCommands } from './ssh-commands.ts';
import { templateCommands, templateGroups } from './template-commands.ts';

const groups: Record<string, string> = {
  auth: 'Store an API key on this machine.',
  keys: 'Make, list and revoke API keys of the server on this machine.',
  sandbox: 'Create sandboxes and work in them.',
  'sandbox file': 'Read and change files of a sandbox.',
  'sandbox files': 'The same as "sandbox file".',
  'sandbox process': 'Follow and end processes of a sandbox.',
  'sandbox pty': 'Terminals of a sandbox.',
  'sandbox git': 'Work with git inside a sandbox.',
  'sandbox git branch': 'Branches of a repository.',
  'sandbox git config': 'Settings of git.',
  'sandbox preview-url': 'Addresses of ports, with tokens.',
  'sandbox preview-proxy-target': 'Let a reverse proxy of yours reach a port.',
  'sandbox snapshot': 'Take and list snapshots of a sandbox.',
  'sandbox timeout': 'Change how long a sandbox lives.',
  snapshot: 'Saved states that sandboxes start from.',
  lifecycle: 'What happened to sandboxes and snapshots.',
  'lifecycle webhooks': 'Have lifecycle events posted to an address.',
  webhook: 'The same as "lifecycle webhooks".',
  ...templateGroups,
  host: 'Look at the host on this machine.',
};

const commands: CommandEntry[] = [
  entry('up', 'Start host and server in the background.', () => import('../commands/up.ts')),
  entry('stop', 'End the services and every sandbox.', () => import('../commands/stop.ts')),
  entry('status', 'Show how the services are.', () => import('../commands/status.ts')),
  entry('doctor', 'Check this machine, the services and the API.', () => import('../commands/doctor.ts')),
  entry('config', 'Show every setting and where it comes from.', () => import('../commands/config.ts')),
  entry('quickstart', 'Walk through a first sandbox.', () => import('../commands/quickstart.ts')),
  entry('auth login', 'Store an API key.', () => import('../commands/auth/login.ts')),
  entry('keys create', 'Make an API key.', () => import('../commands/keys/create.ts')),
  entry('keys list', 'List API keys.', () => import('../commands/keys/list.ts')),
  entry('keys revoke', 'Revoke an API key.', () => import('../commands/keys/revoke.ts')),
  entry('sandbox create', 'Create a sandbox.', () => import('../commands/sandbox/create.ts')),
  entry('sandbox list', 'List sandboxes.', () => import('../commands/sandbox/list.ts')),
  entry('sandbox get', 'Show one sandbox.', () => import('../commands/sandbox/get.ts'), ['info']),
  entry('sandbox exec', 'Run a command in a sandbox.', () => import('../commands/sandbox/exec.ts')),
  entry('sandbox metrics', 'Show the use of resources.', () => import('../commands/sandbox/metrics.ts')),
  entry(
    'sandbox network',
    'Show and change what a sandbox may reach, and what it was not let.',
    () => import('../commands/sandbox/network.ts'),
  ),
  entry('sandbox kill', 'Destroy a sandbox.', () => import('../commands/sandbox/kill.ts')),
  entry('sandbox pause', 'Pause a sandbox into a snapshot.', () => import('../commands/sandbox/pause.ts'), [
    'hibernate',
  ]),
  entry('sandbox resume', 'Start a sandbox from a snapshot.', () => import('../commands/sandbox/resume.ts')),
  entry(
    'sandbox connect',
    'Open a shell in a sandbox, resuming it if it is paused.',
    () => import('../commands/sandbox/connect.ts'),
  ),
  entry('sandbox upload', 'Upload a file or a directory.', () => import('../commands/sandbox/upload.ts')),
  entry('sandbox fork', 'Make running copies of a sandbox.', () => import('../commands/sandbox/fork.ts')),
  entry(
    'sandbox snapshot create',
    'Take a snapshot; the sandbox goes on.',
    () => import('../commands/snapshot/create.ts'),
  ),
  entry(
    'sandbox snapshot list',
    'List the snapshots of a sandbox.',
    () => import('../commands/sandbox/snapshot-list.ts'),
  ),
  entry('sandbox timeout set', 'Set a new time to live.', () => import('../commands/sandbox/timeout-set.ts')),
  ...['sandbox file', 'sandbox files'].flatMap(fileCommands),
  entry('sandbox process list', 'List processes.', () => import('../commands/sandbox/process/list.ts')),
  entry(
    'sandbox process logs',
    'Show what a process wrote.',
    () => import('../commands/sandbox/process/logs.ts'),
  ),
  entry(
    'sandbox process attach',
    'Follow a process to its end.',
    () => import('../commands/sandbox/process/attach.ts'),
  ),
  entry(
    'sandbox process stream',
    'Run a command with live output.',
    () => import('../commands/sandbox/process/stream.ts'),
  ),
  entry(
    'sandbox process code-run',
    'Run a snippet of code.',
    () => import('../commands/sandbox/process/code-run.ts'),
  ),
  entry(
    'sandbox process stdin',
    'Write to the input of a process.',
    () => import('../commands/sandbox/process/stdin.ts'),
  ),
  entry(
    'sandbox process info',
    'Show what a process uses.',
    () => import('../commands/sandbox/process/info.ts'),
  ),
  entry(
    'sandbox process signal',
    'Send a signal to a process.',
    () => import('../commands/sandbox/process/signal.ts'),
  ),
  entry('sandbox process kill', 'Kill a process.', () => import('../commands/sandbox/process/kill.ts')),
  entry('sandbox pty create', 'Start a terminal.', () => import('../commands/sandbox/pty/create.ts')),
  entry('sandbox pty connect', 'Attach to a terminal.', () => import('../commands/sandbox/pty/connect.ts')),
  entry('sandbox pty list', 'List terminals.', () => import('../commands/sandbox/pty/list.ts')),
  entry('sandbox pty get', 'Show one terminal.', () => import('../commands/sandbox/pty/get.ts')),
  entry('sandbox pty resize', 'Resize a terminal.', () => import('../commands/sandbox/pty/resize.ts')),
  entry('sandbox pty kill', 'End a terminal.', () => import('../commands/sandbox/pty/kill.ts')),
  ...gitCommands,
  ...previewCommands,
  ...sshCommands,
  entry(
    'snapshot create',
    'Take a snapshot; the sandbox goes on.',
    () => import('../commands/snapshot/create.ts'),
  ),
  entry('snapshot list', 'List snapshots.', () => import('../commands/snapshot/list.ts')),
  entry('snapshot get', 'Show one snapshot.', () => import('../commands/snapshot/get.ts')),
  entry('snapshot delete', 'Delete a snapshot.', () => import('../commands/snapshot/delete.ts')),
  entry('lifecycle events', 'List what happened.', () => import('../commands/lifecycle/events.ts')),
  entry('lifecycle stream', 'Follow what happens.', () => import('../commands/lifecycle/stream.ts'), [
    'watch',
  ]),
  ...['lifecycle webhooks', 'webhook'].flatMap((group) => [
    entry(`${group} create`, 'Make a webhook.', () => import('../commands/webhook/create.ts')),
    entry(`${group} list`, 'List webhooks.', () => import('../commands/webhook/list.ts')),
    entry(`${group} get`, 'Show one webhook.', () => import('../commands/webhook/get.ts')),
    entry(`${group} update`, 'Change a webhook.', () => import('../commands/webhook/update.ts')),
    entry(`${group} delete`, 'Delete a webhook.', () => import('../commands/webhook/delete.ts')),
    entry(`${group} deliveries`, 'List deliveries.', () => import('../commands/webhook/deliveries.ts')),
    entry(`${group} delivery`, 'Show a delivery.', () => import('../commands/webhook/delivery.ts')),
  ]),
  ...templateCommands,
  entry('host df', 'Show what uses the disk.', () => import('../commands/host/df.ts')),
  entry('schema', 'Describe the command line for programs.', () => import('../commands/schema.ts')),
  entry('completion', 'Print shell completion code.', () => import('../commands/completion.ts')),
];

/** The command line as it is. */
export const table: CommandTable = { commands, groups };
