import { defineCommand } from '../../../command.ts';
import { terminalRecord } from '../../../output/records/terminal.ts';
import { openSandbox } from '../open.ts';
import { sandboxId, sessionId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId, sessionId],
  examples: ['nullspace sandbox pty get sb_… ses_…'],
  output: 'json: session',
  async run({ values, terminal }) {
    const sandbox = await openSandbox(values);
    terminal.printJson(terminalRecord(await sandbox.pty.get(values.sessionId)));
  },
});
