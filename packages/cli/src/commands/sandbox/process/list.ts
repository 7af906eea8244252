import { defineCommand } from '../../../command.ts';
import { printable } from '../../../output/printable.ts';
import { jsonOption, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  help: 'Processes that were started through the API, ended ones included while their output is kept.',
  arguments: [sandboxId],
  options: [jsonOption],
  examples: ['nullspace sandbox process list sb_…'],
  output: 'tab-separated pid, running or exited, command; --json: array of processes',
  async run({ values, json, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    const processes = await sandbox.commands.list();
    if (json)
      return terminal.printJson(processes.map(({ pid, command, running }) => ({ pid, command, running })));
    for (const { pid, command, running } of processes) {
      terminal.print([pid, running ? 'running' : 'exited', printable(command)].join('\t'));
    }
  },
});
