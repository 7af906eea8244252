import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { sandboxId, sessionId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId, sessionId],
  options: [
    { name: 'cols', type: 'integer', minimum: 1, required: true, description: 'Columns.' },
    { name: 'rows', type: 'integer', minimum: 1, required: true, description: 'Rows.' },
  ],
  examples: ['nullspace sandbox pty resize sb_… ses_… --cols 100 --rows 40'],
  output: 'nothing',
  async run({ values }) {
    const sandbox = await openSandbox(values);
    await sandbox.pty.resize(values.sessionId, values.cols, values.rows);
  },
});
