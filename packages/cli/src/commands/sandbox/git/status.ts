import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { repositoryOption, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId],
  options: [repositoryOption],
  examples: ['nullspace sandbox git status sb_…'],
  output: 'json: {branch, clean, changed_files}',
  async run({ values, terminal }) {
    const { git } = await openSandbox(values);
    const { branch, clean, changedFiles } = await git.status({ path: values.path });
    terminal.printJson({ branch, clean, changed_files: changedFiles });
  },
});
