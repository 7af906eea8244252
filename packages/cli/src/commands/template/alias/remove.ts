import { defineCommand } from '../../../command.ts';
import { templateRef } from '../../../template-build/parameters.ts';
import { jsonOption } from '../../sandbox/parameters.ts';

export const command = defineCommand({
  arguments: [templateRef, { name: 'alias', description: 'Earlier name.' }],
  options: [jsonOption],
  examples: ['nullspace template alias remove reviews review-api'],
  output: 'text; --json: {deleted}',
  async run({ values, json, terminal }) {
    const { Template } = await import('nullspace');
    await Template.removeAlias(values.templateRef, values.alias);
    if (json) terminal.printJson({ deleted: true });
    else terminal.print(`Alias ${values.alias} removed.`);
  },
});
