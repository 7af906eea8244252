import { defineCommand } from '../../../command.ts';
import { fileRecord } from '../../../output/records/file.ts';
import { sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  arguments: [
    sandboxId,
    { name: 'old-path', description: 'Path in the sandbox.' },
    { name: 'new-path', description: 'Path that it gets.' },
  ],
  options: [userOption],
  examples: ['nullspace sandbox file mv sb_… draft.txt final.txt'],
  output: 'json: file',
  async run({ values, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    const info = await sandbox.files.rename(values.oldPath, values.newPath, { user: values.user });
    terminal.printJson(fileRecord(info));
  },
});
