import { defineCommand } from '../../../command.ts';
import { grantRecord } from '../../../output/records/preview.ts';
import { jsonOption, sandboxId } from '../parameters.ts';
import { openAsIs } from './open.ts';

export const command = defineCommand({
  help: 'Connections that the grant let in are cut, WebSockets too.',
  arguments: [sandboxId, { name: 'grant-id', description: 'Id of the grant.' }],
  options: [jsonOption],
  examples: ['nullspace sandbox preview-url revoke sb_… pvg_…'],
  output: 'one sentence; --json: {success,grant}',
  async run({ values, json, terminal }) {
    const grant = await (await openAsIs(values)).previews.revoke(values.grantId);
    if (json) return terminal.printJson({ success: true, grant: grantRecord(grant) });
    terminal.print(`Revoked ${grant.id}.`);
  },
});
