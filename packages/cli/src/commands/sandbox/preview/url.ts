import { defineCommand } from '../../../command.ts';
import { readinessRecord } from '../../../output/records/preview.ts';
import { timestamp } from '../../../output/records/sandbox.ts';
import { jsonOption } from '../parameters.ts';
import { openAsIs, waitIfAsked } from './open.ts';
import { portOfSandbox, waitOptions, websocketOption } from './parameters.ts';

export const command = defineCommand({
  help: 'The address holds a token: whoever has it reaches the port.',
  arguments: portOfSandbox,
  options: [websocketOption, jsonOption, ...waitOptions],
  examples: ['nullspace sandbox url sb_… 3000 --wait'],
  output: 'url; --json: {host,url,websocket_url,access_token_expires_at,access_token_transport,readiness?}',
  async run({ values, json, terminal }) {
    const sandbox = await openAsIs(values);
    const found = await sandbox.previews.host(values.port);
    const readiness = await waitIfAsked(sandbox, values);
    if (json) {
      return terminal.printJson({
        host: found.host,
        url: found.url,
        websocket_url: found.websocketUrl,
        access_token_expires_at: timestamp(found.expiresAt),
        access_token_transport: 'query',
        ...(readiness ? { readiness: readinessRecord(readiness) } : {}),
      });
    }
    if (readiness && !readiness.ready)
      terminal.note(`Port ${values.port} does not answer yet: ${readiness.error}`);
    terminal.print(values.websocket ? found.websocketUrl : found.url);
  },
});
