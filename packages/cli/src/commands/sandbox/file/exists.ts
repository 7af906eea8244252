import { defineCommand } from '../../../command.ts';
import { filePath, sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  help: 'Exits with 1 when it does not exist.',
  arguments: [sandboxId, filePath],
  options: [userOption],
  examples: ['nullspace sandbox file exists sb_… /workspace/done'],
  output: 'json: {path, exists}',
  async run({ values, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    const exists = await sandbox.files.exists(values.path, { user: values.user });
    terminal.printJson({ path: values.path, exists });
    return exists ? 0 : 1;
  },
});
