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
    { name: 'set-upstream', type: 'flag', description: 'Remember the remote branch.' },
    ...authOptions,
  ],
  examples: ['nullspace sandbox git push sb_… --branch main --set-upstream'],
  output: 'nothing',
  async run({ values }) {
    const auth = readAuth(values);
    const { git } = await openSandbox(values);
    const { path, remote, branch, setUpstream } = values;
    await git.push({ path, remote, branch, setUpstream, auth });
  },
});
