import { defineCommand } from '../../../command.ts';
import { UsageError } from '../../../errors/cli-error.ts';
import { openSandbox } from '../open.ts';
import { sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  help: 'Replaces a literal text wherever it stands in the files.',
  arguments: [
    sandboxId,
    { name: 'pattern', description: 'Literal text.' },
    { name: 'replacement', description: 'What takes its place.' },
    { name: 'files', required: false, variadic: true, description: 'Paths in the sandbox, at least one.' },
  ],
  options: [userOption],
  examples: ['nullspace sandbox file replace sb_… localhost 0.0.0.0 /workspace/app.py'],
  output: 'json: {replacements}',
  async run({ values, terminal }) {
    const { pattern, replacement, files: paths = [], user } = values;
    if (paths.length === 0) throw new UsageError('Name at least one file.');
    const { files } = await openSandbox(values);
    terminal.printJson({ replacements: await files.replace(paths, pattern, replacement, { user }) });
  },
});
