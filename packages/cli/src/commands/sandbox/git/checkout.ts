import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { repositoryOption, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId, { name: 'branch', description: 'Branch, tag or commit.' }],
  options: [repositoryOption],
  examples: ['nullspace sandbox git checkout sb_… main'],
  output: 'nothing',
  async run({ values }) {
    const { git } = await openSandbox(values);
    await git.checkout(values.branch, { path: values.path });
  },
});
