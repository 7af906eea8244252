import { defineCommand } from '../../../command.ts';
import { UsageError } from '../../../errors/cli-error.ts';
import { openSandbox } from '../open.ts';
import { repositoryOption, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  help: 'Stages first: the given files, or everything.',
  arguments: [
    sandboxId,
    { name: 'message', description: 'Message.' },
    {
      name: 'files',
      required: false,
      variadic: true,
      description: 'Files to stage; without any, everything.',
    },
  ],
  options: [
    repositoryOption,
    { name: 'author-name', description: 'Name of the author.' },
    { name: 'author-email', description: 'Address of the author.' },
  ],
  examples: [
    'nullspace sandbox git commit sb_… "Fix the parser" --author-name A --author-email a@example.com',
  ],
  output: 'nothing',
  async run({ values }) {
    const { path, authorName, authorEmail } = values;
    if ((authorName === undefined) !== (authorEmail === undefined))
      throw new UsageError('--author-name and --author-email go together.');
    const author = authorName === undefined ? undefined : { name: authorName, email: authorEmail };
    const files = values.files?.length ? values.files : undefined;
    const { git } = await openSandbox(values);
    await git.commit(values.message, { path, files, author });
  },
});
