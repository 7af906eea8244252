import { defineCommand } from '../../command.ts';
import { readCommand } from '../../input/command.ts';
import { readPairs } from '../../input/pairs.ts';
import type { Terminal } from '../../output/terminal.ts';

export const command = defineCommand({
  help:
    'Its own options are recognised anywhere up to "--"; other ones, and everything after "--", belong to the command.\n' +
    "Exits with the command's exit code.",
  passthrough: 'command',
  arguments: [
    { name: 'sandbox-id', description: 'Id of the sandbox.' },
    { name: 'cmd', description: 'Program, or with --shell a script.', required: false },
  ],
  options: [
    { name: 'timeout', type: 'integer', minimum: 1, default: 30, description: 'Seconds until it is killed.' },
    { name: 'json', type: 'flag', description: 'JSON on stdout, for errors too.' },
    { name: 'background', type: 'flag', description: 'Do not wait for its end.' },
    { name: 'cwd', description: 'Working directory.' },
    { name: 'env', multiple: true, description: 'Environment variable KEY=VALUE.' },
    { name: 'shell', type: 'flag', description: 'CMD is a script for the shell.' },
  ],
  examples: [
    'nullspace sandbox exec sb_… python3 --version',
    'nullspace sandbox exec sb_… --shell "cd /tmp && ls | wc -l"',
    'nullspace sandbox exec sb_… --background -- python3 -m http.server 8000',
  ],
  output: 'stdout and stderr of the command; --json: {exit_code, stdout, stderr, pid}',
  async run({ values, rest, json, terminal }) {
    const { program, args, shell } = readCommand(values, rest);
    const options = {
      args,
      shell,
      cwd: values.cwd,
      envs: readPairs(values.env, '--env'),
    };
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    if (values.background) {
      const { pid } = await sandbox.commands.run(program, { ...options, background: true });
      if (json) terminal.printJson({ pid });
      else terminal.print(`Process ${pid} runs in the background.`);
      return 0;
    }
    const result = await sandbox.commands
      .run(program, {
        ...options,
        binary: !json,
        timeoutSecs: values.timeout,
        // The server keeps a long answer alive, so silence of this length means that it is gone.
        requestTimeoutMs: 60_000,
      })
      .catch((error) => {
        if (!json) printOutputSoFar(error, terminal);
        throw error;
      });
    if (json) {
      const { exitCode, stdout, stderr, pid } = result;
      terminal.printJson({ exit_code: exitCode, stdout, stderr, pid });
    } else {
      terminal.write(result.stdoutBytes ?? result.stdout);
      terminal.writeError(result.stderrBytes ?? result.stderr);
    }
    return result.exitCode;
  },
});

/** What a command had written before it was killed at its timeout. */
function printOutputSoFar(error: unknown, terminal: Terminal): void {
  const { code, details } = error as { code?: unknown; details?: Record<string, unknown> };
  if (code !== 'exec_timeout' || !details) return;
  const encoding = details.encoding === 'base64' ? 'base64' : 'utf8';
  const read = (text: unknown) => (typeof text === 'string' ? Buffer.from(text, encoding) : '');
  terminal.write(read(details.stdout));
  terminal.writeError(read(details.stderr));
}
