import { defineCommand } from '../../../command.ts';
import { templateRecord } from '../../../output/records/template.ts';
import { templateRef } from '../../../template-build/parameters.ts';
import { jsonOption } from '../../sandbox/parameters.ts';

export const command = defineCommand({
  arguments: [
    templateRef,
    { name: 'visibility', choices: ['private', 'public'], description: 'Who may use it.' },
  ],
  options: [jsonOption],
  examples: ['nullspace template visibility set review-api public'],
  output: 'json: template',
  async run({ values, terminal }) {
    const { Template } = await import('nullspace');
    terminal.printJson(templateRecord(await Template.setVisibility(values.templateRef, values.visibility)));
  },
});
