import { defineCommand } from '../../../command.ts';
import { readStdin } from '../../../input/stdin.ts';
import { jsonOption, processId, sandboxId } from '../parameters.ts';

/** What one call takes. */
const mostBytes = 1024 * 1024;

export const command = defineCommand({
  help: 'Appends stdin to the input of a process, as it is. With --close the process reads the end after it.',
  arguments: [sandboxId, processId],
  options: [{ name: 'close', type: 'flag', description: 'End the input of the process.' }, jsonOption],
  examples: ['echo quit | nullspace sandbox process stdin sb_… 12'],
  output: 'text; --json: {pid, bytes_sent}',
  async run({ values, json, terminal }) {
    const input = await readStdin();
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    for (let offset = 0; offset < input.length; offset += mostBytes)
      await sandbox.commands.sendStdin(values.pid, input.subarray(offset, offset + mostBytes));
    if (values.close) await sandbox.commands.closeStdin(values.pid);
    if (json) terminal.printJson({ pid: values.pid, bytes_sent: input.length });
    else terminal.print(`${input.length} bytes sent to process ${values.pid}.`);
  },
});
