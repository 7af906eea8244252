import { defineCommand } from '../../command.ts';
import { snakeCase } from '../../output/records/snake-case.ts';
import { templateRef } from '../../template-build/parameters.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'Keeps a name for a while.',
  arguments: [templateRef],
  options: [jsonOption],
  examples: ['nullspace template reserve review-api'],
  output: 'json: claim',
  async run({ values, terminal }) {
    const { Template } = await import('nullspace');
    terminal.printJson(snakeCase(await Template.reserveName(values.templateRef)));
  },
});
