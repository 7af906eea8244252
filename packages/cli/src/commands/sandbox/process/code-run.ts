import { defineCommand } from '../../../command.ts';
import { readLiteral } from '../../../input/literal.ts';
import { jsonOption, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  help: 'Runs a snippet with the interpreter of its language and exits with its exit code. CODE is text, - for stdin or @file.',
  arguments: [sandboxId, { name: 'code', description: 'Program text, - for stdin, @path for a file.' }],
  options: [
    {
      name: 'language',
      default: 'python',
      description: 'python, javascript, ruby, bash, sh or a program that takes -c.',
    },
    { name: 'timeout', type: 'integer', minimum: 1, default: 30, description: 'Seconds until it is killed.' },
    jsonOption,
  ],
  examples: ["nullspace sandbox process code-run sb_… 'print(6 * 7)'"],
  output: 'its output; --json: {exit_code, stdout, stderr, pid}',
  async run({ values, json, terminal }) {
    const code = await readLiteral(values.code);
    const [program, flag] = interpreters[values.language] ?? [values.language, '-c'];
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    const { exitCode, stdout, stderr, pid } = await sandbox.commands.run(program, {
      args: [flag, code],
      timeoutSecs: values.timeout,
    });
    if (json) terminal.printJson({ exit_code: exitCode, stdout, stderr, pid });
    else {
      terminal.write(stdout);
      terminal.writeError(stderr);
    }
    return exitCode;
  },
});

const interpreters: Record<string, [program: string, flag: string]> = {
  python: ['python3', '-c'],
  javascript: ['node', '-e'],
  ruby: ['ruby', '-e'],
};
