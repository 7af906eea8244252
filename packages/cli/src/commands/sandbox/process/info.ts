import { defineCommand } from '../../../command.ts';
import { processRecord } from '../../../output/records/process.ts';
import { openSandbox } from '../open.ts';
import { processId, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  help: 'Shows the state of a process, and what it and all that it started use.',
  arguments: [sandboxId, processId],
  examples: ['nullspace sandbox process info sb_… 12'],
  output: 'json: process',
  async run({ values, terminal }) {
    const { commands } = await openSandbox(values);
    terminal.printJson(processRecord(await commands.info(values.pid)));
  },
});
