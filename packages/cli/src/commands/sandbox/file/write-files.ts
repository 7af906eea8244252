import { defineCommand } from '../../../command.ts';
import { readFilesJson } from '../../../input/files-json.ts';
import { readLiteral } from '../../../input/literal.ts';
import { fileRecord } from '../../../output/records/file.ts';
import { openSandbox } from '../open.ts';
import { sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  help:
    'Writes several files with one request. FILES_JSON is an object of paths and contents, or an array of\n' +
    '{"path", "content"}; - for stdin, @path for a file.',
  arguments: [sandboxId, { name: 'files-json', description: 'JSON, - for stdin, @path for a file.' }],
  options: [userOption],
  examples: [`nullspace sandbox file write-files sb_… '{"a.txt": "one", "b.txt": "two"}'`],
  output: 'json: array of files',
  async run({ values, terminal }) {
    const wanted = readFilesJson(await readLiteral(values.filesJson));
    const { files } = await openSandbox(values);
    terminal.printJson((await files.writeMany(wanted, { user: values.user })).map(fileRecord));
  },
});
