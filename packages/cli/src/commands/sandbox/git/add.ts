import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { repositoryOption, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  arguments: [
    sandboxId,
    { name: 'files', required: false, variadic: true, description: 'Files; without any, everything.' },
  ],
  options: [repositoryOption],
  examples: ['nullspace sandbox git add sb_… src/main.py'],
  output: 'nothing',
  async run({ values }) {
    const { git } = await openSandbox(values);
    const files = values.files?.length ? values.files : undefined;
    await git.add(files, { path: values.path });
  },
});
