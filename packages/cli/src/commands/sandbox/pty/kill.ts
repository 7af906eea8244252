import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { sandboxId, sessionId } from '../parameters.ts';

export const command = defineCommand({
  help: 'Ends the session and all that runs in it.',
  arguments: [sandboxId, sessionId],
  examples: ['nullspace sandbox pty kill sb_… ses_…'],
  output: 'nothing',
  async run({ values }) {
    const sandbox = await openSandbox(values);
    await sandbox.pty.kill(values.sessionId);
  },
});
