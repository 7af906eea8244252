import { defineCommand } from '../../../command.ts';
import { printable } from '../../../output/printable.ts';
import { fileRecord } from '../../../output/records/file.ts';
import { jsonOption, sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  arguments: [
    sandboxId,
    { name: 'path', description: 'Directory in the sandbox.', required: false, default: '/' },
  ],
  options: [
    { name: 'depth', type: 'integer', minimum: 0, description: 'Levels to list.' },
    userOption,
    jsonOption,
  ],
  examples: [
    'nullspace sandbox file list sb_… /workspace',
    'nullspace sandbox file list sb_… / --depth 2 --json',
  ],
  output: 'tab-separated name, type, size, path; --json: array of files',
  async run({ values, json, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId);
    const files = await sandbox.files.list(values.path, { depth: values.depth, user: values.user });
    if (json) return terminal.printJson(files.map(fileRecord));
    for (const { name, type, size, path } of files) {
      terminal.print([printable(name), type, size, printable(path)].join('\t'));
    }
  },
});
