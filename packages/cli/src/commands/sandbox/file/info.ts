import { defineCommand } from '../../../command.ts';
import { fileRecord } from '../../../output/records/file.ts';
import { filePath, sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId, filePath],
  options: [userOption],
  examples: ['nullspace sandbox file info sb_… /etc/passwd'],
  output: 'json: file',
  async run({ values, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    terminal.printJson(fileRecord(await sandbox.files.info(values.path, { user: values.user })));
  },
});
