import { defineCommand } from '../../command.ts';
import { templateRef } from '../../template-build/parameters.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'Exits with 0 either way.',
  arguments: [templateRef],
  options: [jsonOption],
  examples: ['nullspace template exists review-api:stable'],
  output: 'json: {template_ref, exists}',
  async run({ values, terminal }) {
    const { Template } = await import('nullspace');
    const exists = await Template.exists(values.templateRef);
    terminal.printJson({ template_ref: values.templateRef, exists });
  },
});
