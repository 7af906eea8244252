import { defineCommand } from '../../../command.ts';
import { terminalRecord } from '../../../output/records/terminal.ts';
import { openSandbox } from '../open.ts';
import { sandboxId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId],
  examples: ['nullspace sandbox pty list sb_…'],
  output: 'json: array of sessions',
  async run({ values, terminal }) {
    const sandbox = await openSandbox(values);
    terminal.printJson((await sandbox.pty.list()).map(terminalRecord));
  },
});
