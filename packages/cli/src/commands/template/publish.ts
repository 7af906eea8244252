import { defineCommand } from '../../command.ts';
import { templateRecord } from '../../output/records/template.ts';
import { templateRef } from '../../template-build/parameters.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'The same as "template visibility set REF public".',
  arguments: [templateRef],
  options: [jsonOption],
  examples: ['nullspace template publish review-api'],
  output: 'json: template',
  async run({ values, terminal }) {
    const { Template } = await import('nullspace');
    terminal.printJson(templateRecord(await Template.setVisibility(values.templateRef, 'public')));
  },
});
