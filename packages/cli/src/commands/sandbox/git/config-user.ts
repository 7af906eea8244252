import { defineCommand } from '../../../command.ts';
import { readScope, scopeOptions } from '../../../input/git-scope.ts';
import { openSandbox } from '../open.ts';
import { sandboxId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId, { name: 'name', description: 'Name.' }, { name: 'email', description: 'Address.' }],
  options: [...scopeOptions],
  examples: ['nullspace sandbox git config user sb_… Ada ada@example.com'],
  output: 'nothing',
  async run({ values }) {
    const scope = readScope(values);
    const { git } = await openSandbox(values);
    await git.configureUser(values.name, values.email, scope);
  },
});
