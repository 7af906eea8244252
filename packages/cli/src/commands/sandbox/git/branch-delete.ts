import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { repositoryOption, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId, { name: 'name', description: 'Branch.' }],
  options: [repositoryOption, { name: 'force', type: 'flag', description: 'Also one that is not merged.' }],
  examples: ['nullspace sandbox git branch delete sb_… feature'],
  output: 'nothing',
  async run({ values }) {
    const { git } = await openSandbox(values);
    await git.deleteBranch(values.name, { path: values.path, force: values.force });
  },
});
