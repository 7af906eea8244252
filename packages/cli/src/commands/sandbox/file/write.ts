import { defineCommand } from '../../../command.ts';
import { readStdin } from '../../../input/stdin.ts';
import { fileRecord } from '../../../output/records/file.ts';
import { encodingOption, filePath, jsonOption, sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  help: 'Writes stdin into a file, whole, and makes missing directories.',
  arguments: [sandboxId, filePath],
  options: [encodingOption, userOption, jsonOption],
  examples: ['echo hello | nullspace sandbox file write sb_… /workspace/greeting.txt'],
  output: 'text; --json: file',
  async run({ values, json, terminal }) {
    const input = await readStdin();
    const content = values.encoding === 'base64' ? Buffer.from(input.toString(), 'base64') : input;
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    const info = await sandbox.files.write(values.path, content, { user: values.user });
    if (json) terminal.printJson(fileRecord(info));
    else terminal.print(`${content.length} bytes written to ${info.path}`);
  },
});
