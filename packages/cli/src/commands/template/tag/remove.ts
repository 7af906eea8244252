import { defineCommand } from '../../../command.ts';
import { templateRef } from '../../../template-build/parameters.ts';
import { jsonOption } from '../../sandbox/parameters.ts';

export const command = defineCommand({
  arguments: [templateRef, { name: 'tag', description: 'Tag to remove; its build stays.' }],
  options: [jsonOption],
  examples: ['nullspace template tag remove review-api old'],
  output: 'text; --json: {deleted}',
  async run({ values, json, terminal }) {
    const { Template } = await import('nullspace');
    await Template.removeTag(values.templateRef, values.tag);
    if (json) terminal.printJson({ deleted: true });
    else terminal.print(`Tag ${values.tag} removed.`);
  },
});
