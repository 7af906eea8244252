import { defineCommand } from '../../../command.ts';
import { sandboxId } from '../parameters.ts';
import { accessOptions, accessRecord, makeAccess, shellLine, sshCommand } from './make-access.ts';

export const command = defineCommand({
  help: 'Gets a certificate for a key, and starts nothing.',
  arguments: [sandboxId],
  options: accessOptions,
  examples: [
    'nullspace sandbox ssh-access sb_… --ttl 2h',
    'nullspace sandbox ssh-access sb_… --public-key @key.pub',
  ],
  output: 'the ssh command; --json: the access',
  async run({ values, json, terminal }) {
    const made = await makeAccess(values);
    if (json) terminal.printJson(accessRecord(made));
    else terminal.print(shellLine(sshCommand(made, [])));
  },
});
