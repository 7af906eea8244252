import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { filePath, sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  help: 'Prints an address that takes the file by PUT without the API key, for 15 minutes.',
  arguments: [sandboxId, filePath],
  options: [userOption],
  examples: ['nullspace sandbox file upload-url sb_… /workspace/in.csv'],
  output: 'json: {url, token}',
  async run({ values, terminal }) {
    const { files } = await openSandbox(values);
    const { url, token } = await files.uploadUrl(values.path, { user: values.user });
    terminal.printJson({ url, token: token ?? null });
  },
});
