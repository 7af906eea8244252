import { defineCommand } from '../../command.ts';
import { templateRef } from '../../template-build/parameters.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'Deletes it with its builds. Sandboxes and pools that use it keep it.',
  arguments: [templateRef],
  options: [jsonOption],
  examples: ['nullspace template delete review-api'],
  output: 'text; --json: {deleted}',
  async run({ values, json, terminal }) {
    const { Template } = await import('nullspace');
    await Template.delete(values.templateRef);
    if (json) terminal.printJson({ deleted: true });
    else terminal.print(`Template ${values.templateRef} deleted.`);
  },
});
