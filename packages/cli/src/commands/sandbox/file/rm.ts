import { defineCommand } from '../../../command.ts';
import { filePath, sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  help: 'Directories go with all they hold.',
  arguments: [sandboxId, filePath],
  options: [userOption],
  examples: ['nullspace sandbox file rm sb_… /workspace/old'],
  output: 'text; --json: {path, removed}',
  async run({ values, json, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    await sandbox.files.remove(values.path, { user: values.user });
    if (json) terminal.printJson({ path: values.path, removed: true });
    else terminal.print(`${values.path} removed.`);
  },
});
