import { defineCommand } from '../../command.ts';
import { readRequestTimeout } from '../../input/request-timeout.ts';
import { sandboxRecord } from '../../output/records/sandbox.ts';
import { sandboxId, userOption } from './parameters.ts';

export const command = defineCommand({
  help:
    'A paused one is resumed and gets a new id. The deadline moves only with --timeout.\n' +
    'On a terminal it opens a shell in the sandbox: the window is followed, every key is passed on, and ~. at the begin\n' +
    'of a line leaves it running. Otherwise, or with --json, it prints the sandbox.',
  arguments: [sandboxId],
  options: [
    { name: 'timeout', type: 'integer', minimum: 1, description: 'Time to live in seconds from now.' },
    { name: 'cwd', description: 'Working directory of the shell.' },
    { ...userOption, description: 'Account of the shell; root without it.' },
  ],
  examples: ['nullspace sandbox connect sb_…', 'nullspace sandbox connect sb_… --timeout 3600 --json'],
  output: 'a terminal; otherwise json: sandbox',
  async run({ values, json, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId, {
      timeout: values.timeout,
      ...readRequestTimeout(),
    });
    if (json || !terminal.interactive || !process.stdin.isTTY)
      return terminal.printJson(sandboxRecord(await sandbox.getInfo()));
    if (sandbox.id !== values.sandboxId) terminal.note(`Resumed as ${sandbox.id}.`);
    const { attachTerminal, localSize } = await import('../../terminal/attach.ts');
    const { terminalEnvironment } = await import('../../terminal/environment.ts');
    const session = await sandbox.pty.create({
      ...localSize(),
      cwd: values.cwd,
      user: values.user,
      envs: terminalEnvironment(),
    });
    const { exitCode, left } = await attachTerminal(session);
    if (left)
      terminal.note(
        `\nThe shell runs on: nullspace sandbox pty connect ${sandbox.id} --session-id ${session.id}`,
      );
    return exitCode;
  },
});
