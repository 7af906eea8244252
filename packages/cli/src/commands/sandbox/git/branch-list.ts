import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { repositoryOption, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId],
  options: [repositoryOption],
  examples: ['nullspace sandbox git branch list sb_…'],
  output: 'json: {current_branch, branches}',
  async run({ values, terminal }) {
    const { git } = await openSandbox(values);
    const { currentBranch, branches } = await git.branches({ path: values.path });
    terminal.printJson({ current_branch: currentBranch, branches });
  },
});
