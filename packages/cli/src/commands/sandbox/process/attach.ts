import { defineCommand } from '../../../command.ts';
import { jsonOption, processId, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  help: 'Follows a background process to its end and exits with its exit code. Ending this command leaves it running.',
  arguments: [sandboxId, processId],
  options: [jsonOption],
  examples: ['nullspace sandbox process attach sb_… 12'],
  output: 'live output; --json: {exit_code, stdout, stderr, pid}',
  async run({ values, json, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    const handle = await sandbox.commands.connect(values.pid, {
      onStdout: (_, data) => void (json || terminal.write(data)),
      onStderr: (_, data) => void (json || terminal.writeError(data)),
    });
    const { exitCode, stdout, stderr, pid } = await handle.wait();
    if (json) terminal.printJson({ exit_code: exitCode, stdout, stderr, pid });
    return exitCode;
  },
});
