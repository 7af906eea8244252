import { defineCommand } from '../../../command.ts';
import { authOptions, readAuth } from '../../../input/git-auth.ts';
import { openSandbox } from '../open.ts';
import { repositoryOption, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId],
  options: [
    repositoryOption,
    { name: 'remote', default: 'origin', description: 'Remote.' },
    { name: 'branch', description: 'Branch.' },
    ...authOptions,
  ],
  examples: ['nullspace sandbox git pull sb_…'],
  output: 'nothing',
  async run({ values }) {
    const auth = readAuth(values);
    const { git } = await openSandbox(values);
    const { path, remote, branch } = values;
    await git.pull({ path, remote, branch, auth });
  },
});
