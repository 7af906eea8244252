import { defineCommand } from '../../../command.ts';
import { readLiteral } from '../../../input/literal.ts';
import { openSandbox } from '../open.ts';
import { sandboxId } from '../parameters.ts';

export const command = defineCommand({
  help: 'Installs a private key for ssh remotes. Keys of hosts are taken as they come.',
  arguments: [sandboxId, { name: 'private-key', description: 'Key text, - for stdin, @path for a file.' }],
  examples: ['nullspace sandbox git add-ssh-key sb_… @deploy_key'],
  output: 'nothing',
  async run({ values }) {
    const key = await readLiteral(values.privateKey);
    const { git } = await openSandbox(values);
    await git.addSshKey(key);
  },
});
