import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { jsonOption, repositoryOption, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId],
  options: [repositoryOption, jsonOption],
  examples: ['nullspace sandbox git diff sb_…'],
  output: 'diff; --json: {diff}',
  async run({ values, json, terminal }) {
    const { git } = await openSandbox(values);
    const diff = await git.diff({ path: values.path });
    if (json) terminal.printJson({ diff });
    else terminal.write(diff);
  },
});
