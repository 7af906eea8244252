import { defineCommand } from '../../../command.ts';
import { readScope, scopeOptions } from '../../../input/git-scope.ts';
import { openSandbox } from '../open.ts';
import { sandboxId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [
    sandboxId,
    { name: 'key', description: 'Name of the setting.' },
    { name: 'value', description: 'Value.' },
  ],
  options: [...scopeOptions],
  examples: ['nullspace sandbox git config set sb_… pull.rebase true'],
  output: 'nothing',
  async run({ values }) {
    const scope = readScope(values);
    const { git } = await openSandbox(values);
    await git.setConfig(values.key, values.value, scope);
  },
});
