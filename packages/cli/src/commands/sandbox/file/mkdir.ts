import { defineCommand } from '../../../command.ts';
import { filePath, sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId, filePath],
  options: [userOption],
  examples: ['nullspace sandbox file mkdir sb_… /workspace/data'],
  output: 'text; --json: {path}',
  async run({ values, json, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    await sandbox.files.mkdir(values.path, { user: values.user });
    if (json) terminal.printJson({ path: values.path });
    else terminal.print(`Directory ${values.path} made.`);
  },
});
