import { defineCommand } from '../../../command.ts';
import { jsonOption, processId, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId, processId],
  options: [jsonOption],
  examples: ['nullspace sandbox process logs sb_… 12'],
  output: 'captured output; --json: {stdout, stderr, output, exit_code, truncated}',
  async run({ values, json, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    const { stdout, stderr, output, exitCode, truncated } = await sandbox.commands.logs(values.pid);
    if (json) terminal.printJson({ stdout, stderr, output, exit_code: exitCode ?? null, truncated });
    else terminal.write(output);
  },
});
