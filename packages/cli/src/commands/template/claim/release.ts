import { defineCommand } from '../../../command.ts';
import { jsonOption } from '../../sandbox/parameters.ts';

export const command = defineCommand({
  arguments: [{ name: 'claim-token', description: 'Token of the claim.' }],
  options: [jsonOption],
  examples: ['nullspace template claim release tclm_…'],
  output: 'text; --json: {deleted}',
  async run({ values, json, terminal }) {
    const { Template } = await import('nullspace');
    await Template.releaseNameClaim(values.claimToken);
    if (json) terminal.printJson({ deleted: true });
    else terminal.print(`The name is free again.`);
  },
});
