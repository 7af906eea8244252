import { defineCommand } from '../../../command.ts';
import { jsonOption, processId, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  help: 'Kills it and all that it started.',
  arguments: [sandboxId, processId],
  options: [jsonOption],
  examples: ['nullspace sandbox process kill sb_… 12'],
  output: 'text; --json: {pid, status}',
  async run({ values, json, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    await sandbox.commands.kill(values.pid);
    if (json) terminal.printJson({ pid: values.pid, status: 'killed' });
    else terminal.print(`Process ${values.pid} killed.`);
  },
});
