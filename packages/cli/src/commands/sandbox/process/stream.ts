import { defineCommand } from '../../../command.ts';
import { readCommand } from '../../../input/command.ts';
import { readPairs } from '../../../input/pairs.ts';
import { jsonOption, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  help: 'Runs a command with live output and exits with its exit code.',
  passthrough: 'command',
  arguments: [sandboxId, { name: 'cmd', description: 'Program, or with --shell a script.', required: false }],
  options: [
    { name: 'timeout', type: 'integer', minimum: 1, default: 30, description: 'Seconds until it is killed.' },
    { name: 'cwd', description: 'Working directory.' },
    { name: 'env', multiple: true, description: 'Environment variable KEY=VALUE.' },
    { name: 'shell', type: 'flag', description: 'CMD is a script for the shell.' },
    jsonOption,
  ],
  examples: ['nullspace sandbox process stream sb_… --timeout 600 -- make -j2'],
  output: 'live output; --json: {exit_code, stdout, stderr, pid}',
  async run({ values, rest, json, terminal }) {
    const { program, args, shell } = readCommand(values, rest);
    const envs = readPairs(values.env, '--env');
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    const { exitCode, stdout, stderr, pid } = await sandbox.commands.run(program, {
      args,
      shell,
      envs,
      cwd: values.cwd,
      timeoutSecs: values.timeout,
      onStdout: (_, data) => void (json || terminal.write(data)),
      onStderr: (_, data) => void (json || terminal.writeError(data)),
    });
    if (json) terminal.printJson({ exit_code: exitCode, stdout, stderr, pid });
    return exitCode;
  },
});
