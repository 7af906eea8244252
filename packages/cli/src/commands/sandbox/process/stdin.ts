import { defineCommand } from '../../../command.ts';
import { readStdin } from '../../../input/stdin.ts';
import { jsonOption, processId, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  help: 'Appends stdin to the input of a process.',
  arguments: [sandboxId, processId],
  options: [jsonOption],
  examples: ['echo quit | nullspace sandbox process stdin sb_… 12'],
  output: 'text; --json: {pid, bytes_sent}',
  async run({ values, json, terminal }) {
    const input = await readStdin();
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    await sandbox.commands.sendStdin(values.pid, input.toString());
    if (json) terminal.printJson({ pid: values.pid, bytes_sent: input.length });
    else terminal.print(`${input.length} bytes sent to process ${values.pid}.`);
  },
});
