import { defineCommand } from '../../../command.ts';
import { encodingOption, filePath, jsonOption, sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  arguments: [sandboxId, filePath],
  options: [encodingOption, userOption, jsonOption],
  examples: [
    'nullspace sandbox file read sb_… /etc/hostname',
    'nullspace sandbox file read sb_… a.png --encoding base64',
  ],
  output: 'content; --json: {path, encoding, content}',
  async run({ values, json, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    const { path, encoding, user } = values;
    const bytes = Buffer.from(await sandbox.files.readBytes(path, { user }));
    const content = bytes.toString(encoding);
    if (json) terminal.printJson({ path, encoding, content });
    else terminal.write(encoding === 'utf8' ? bytes : `${content}\n`);
  },
});
