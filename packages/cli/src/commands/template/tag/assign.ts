import { defineCommand } from '../../../command.ts';
import { templateRecord } from '../../../output/records/template.ts';
import { templateRef } from '../../../template-build/parameters.ts';
import { jsonOption } from '../../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'Points tags to the build that the reference means.',
  arguments: [templateRef, { name: 'tags', variadic: true, description: 'One tag or more.' }],
  options: [jsonOption],
  examples: ['nullspace template tag assign review-api:tb_… stable'],
  output: 'json: template',
  async run({ values, terminal }) {
    const { Template } = await import('nullspace');
    terminal.printJson(templateRecord(await Template.assignTags(values.templateRef, values.tags)));
  },
});
