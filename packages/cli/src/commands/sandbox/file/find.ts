import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { filePath, sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  help: 'Searches the contents of text files. PATTERN is a regular expression in the syntax of RE2.',
  arguments: [sandboxId, filePath, { name: 'pattern', description: 'Regular expression.' }],
  options: [userOption],
  examples: ["nullspace sandbox file find sb_… /workspace '^import '"],
  output: 'json: array of {file, line, content}',
  async run({ values, terminal }) {
    const { files } = await openSandbox(values);
    terminal.printJson(await files.find(values.path, values.pattern, { user: values.user }));
  },
});
