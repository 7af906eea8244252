import { defineCommand } from '../../../command.ts';
import { filePath, sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId, filePath, { name: 'permissions', description: 'Octal digits, for example 0755.' }],
  options: [userOption],
  examples: ['nullspace sandbox file chmod sb_… run.sh 0755'],
  output: 'text; --json: {path, permissions}',
  async run({ values, json, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    const { path, permissions, user } = values;
    await sandbox.files.setPermissions(path, permissions, { user });
    if (json) terminal.printJson({ path, permissions });
    else terminal.print(`${path} has mode ${permissions}.`);
  },
});
