import { defineCommand } from '../../../command.ts';
import { jsonOption, sandboxId } from '../parameters.ts';
import { openAsIs } from '../preview/open.ts';
import { listedRecord } from './list.ts';

export const command = defineCommand({
  help: 'Cuts the connections that it let in.',
  arguments: [sandboxId, { name: 'access-id', description: 'Id of the access.' }],
  options: [jsonOption],
  examples: ['nullspace sandbox ssh-revoke sb_… ssh_…'],
  output: 'one sentence; --json: the access',
  async run({ values, json, terminal }) {
    const access = await (await openAsIs(values)).ssh.revoke(values.accessId);
    if (json) terminal.printJson(listedRecord(access));
    else terminal.print(`${access.id} is revoked.`);
  },
});
