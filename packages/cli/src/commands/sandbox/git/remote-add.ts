import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { repositoryOption, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [
    sandboxId,
    { name: 'name', description: 'Name of the remote.' },
    { name: 'url', description: 'Its address.' },
  ],
  options: [
    repositoryOption,
    { name: 'fetch', type: 'flag', description: 'Fetch from it at once.' },
    { name: 'overwrite', type: 'flag', description: 'Replace one of this name.' },
  ],
  examples: ['nullspace sandbox git remote-add sb_… upstream https://example.com/project.git'],
  output: 'nothing',
  async run({ values }) {
    const { git } = await openSandbox(values);
    const { name, url, path, fetch, overwrite } = values;
    await git.addRemote(name, url, { path, fetch, overwrite });
  },
});
