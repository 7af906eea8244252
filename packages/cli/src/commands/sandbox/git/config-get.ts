import { defineCommand } from '../../../command.ts';
import { readScope, scopeOptions } from '../../../input/git-scope.ts';
import { openSandbox } from '../open.ts';
import { sandboxId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId, { name: 'key', description: 'Name of the setting.' }],
  options: [...scopeOptions],
  examples: ['nullspace sandbox git config get sb_… user.email'],
  output: 'the value',
  async run({ values, terminal }) {
    const scope = readScope(values);
    const { git } = await openSandbox(values);
    terminal.print(await git.getConfig(values.key, scope));
  },
});
