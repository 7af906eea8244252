import { defineCommand } from '../../../command.ts';
import { readLifetime } from '../../../input/lifetime.ts';
import { jsonOption } from '../parameters.ts';
import { openAsIs } from './open.ts';
import { expiresOption, portOfSandbox, rawOption, waitOptions, websocketOption } from './parameters.ts';
import { printPreview } from './print-preview.ts';

export const command = defineCommand({
  arguments: portOfSandbox,
  options: [expiresOption, websocketOption, jsonOption, rawOption, ...waitOptions],
  examples: ['nullspace sandbox preview-url create sb_… 3000 --expires 15m --json'],
  output: 'lines without tokens; --json: preview with tokens',
  async run(call) {
    const expiresInSeconds = readLifetime('expires', call.values.expires);
    const sandbox = await openAsIs(call.values);
    await printPreview(call, sandbox, await sandbox.previews.sign(call.values.port, { expiresInSeconds }));
  },
});
