import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { filePath, sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  help: 'Searches names. PATTERN is a shell pattern for the last part of a path.',
  arguments: [sandboxId, filePath, { name: 'pattern', description: 'Shell pattern: *, ? and [].' }],
  options: [userOption],
  examples: ["nullspace sandbox file search sb_… /workspace '*.py'"],
  output: 'json: array of paths',
  async run({ values, terminal }) {
    const { files } = await openSandbox(values);
    terminal.printJson(await files.search(values.path, values.pattern, { user: values.user }));
  },
});
