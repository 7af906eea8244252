import { defineCommand } from '../../../command.ts';
import { snakeCase } from '../../../output/records/snake-case.ts';
import { templateRef } from '../../../template-build/parameters.ts';
import { jsonOption } from '../../sandbox/parameters.ts';

export const command = defineCommand({
  arguments: [templateRef],
  options: [jsonOption],
  examples: ['nullspace template tag list review-api'],
  output: 'json: array of tags',
  async run({ values, terminal }) {
    const { Template } = await import('nullspace');
    terminal.printJson((await Template.getTags(values.templateRef)).map(snakeCase));
  },
});
