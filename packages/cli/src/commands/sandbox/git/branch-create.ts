import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { repositoryOption, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  help: 'Makes the branch and switches to it.',
  arguments: [sandboxId, { name: 'name', description: 'Branch.' }],
  options: [repositoryOption],
  examples: ['nullspace sandbox git branch create sb_… feature'],
  output: 'nothing',
  async run({ values }) {
    const { git } = await openSandbox(values);
    await git.createBranch(values.name, { path: values.path });
  },
});
