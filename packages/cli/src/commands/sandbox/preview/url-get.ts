import { defineCommand } from '../../../command.ts';
import { jsonOption } from '../parameters.ts';
import { openAsIs } from './open.ts';
import { portOfSandbox, rawOption, waitOptions, websocketOption } from './parameters.ts';
import { printPreview } from './print-preview.ts';

export const command = defineCommand({
  arguments: portOfSandbox,
  options: [websocketOption, jsonOption, rawOption, ...waitOptions],
  examples: ['nullspace sandbox preview-url get sb_… 3000 --raw'],
  output: 'lines without tokens; --json: preview with tokens',
  async run(call) {
    const sandbox = await openAsIs(call.values);
    await printPreview(call, sandbox, await sandbox.previews.get(call.values.port));
  },
});
