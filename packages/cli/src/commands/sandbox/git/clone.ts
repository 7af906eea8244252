import { defineCommand } from '../../../command.ts';
import { authOptions, readAuth } from '../../../input/git-auth.ts';
import { openSandbox } from '../open.ts';
import { sandboxId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [
    sandboxId,
    { name: 'url', description: 'Address of the repository.' },
    {
      name: 'path',
      required: false,
      default: '/workspace',
      description: 'Empty or missing directory in the sandbox.',
    },
  ],
  options: [
    { name: 'branch', description: 'Branch to check out.' },
    { name: 'depth', type: 'integer', minimum: 1, description: 'Commits of history.' },
    ...authOptions,
  ],
  examples: ['nullspace sandbox git clone sb_… https://example.com/project.git /workspace/project --depth 1'],
  output: 'nothing',
  async run({ values }) {
    const auth = readAuth(values);
    const { git } = await openSandbox(values);
    await git.clone(values.url, values.path, { branch: values.branch, depth: values.depth, auth });
  },
});
