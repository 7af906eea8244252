import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { filePath, jsonOption, sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  help: 'Prints an address that serves the file without the API key, for 15 minutes.',
  arguments: [sandboxId, filePath],
  options: [userOption, jsonOption],
  examples: ['curl -o out.png "$(nullspace sandbox file download-url sb_… /workspace/out.png)"'],
  output: 'URL; --json: {url}',
  async run({ values, json, terminal }) {
    const { files } = await openSandbox(values);
    const url = await files.downloadUrl(values.path, { user: values.user });
    if (json) terminal.printJson({ url });
    else terminal.print(url);
  },
});
