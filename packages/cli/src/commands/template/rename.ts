import { defineCommand } from '../../command.ts';
import { templateRecord } from '../../output/records/template.ts';
import { templateRef } from '../../template-build/parameters.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'The old name stays as an alias.',
  arguments: [templateRef, { name: 'new-name', description: 'Its new name.' }],
  options: [jsonOption],
  examples: ['nullspace template rename review-api reviews'],
  output: 'json: template',
  async run({ values, terminal }) {
    const { Template } = await import('nullspace');
    terminal.printJson(templateRecord(await Template.rename(values.templateRef, values.newName)));
  },
});
