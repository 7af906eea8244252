import { defineCommand } from '../../../command.ts';
import { snakeCase } from '../../../output/records/snake-case.ts';
import { jsonOption } from '../../sandbox/parameters.ts';

export const command = defineCommand({
  arguments: [{ name: 'slug', description: 'Name of the namespace.' }],
  options: [jsonOption],
  examples: ['nullspace template namespace get nullspace'],
  output: 'json: namespace',
  async run({ values, terminal }) {
    const { Template } = await import('nullspace');
    terminal.printJson(snakeCase(await Template.getNamespace(values.slug)));
  },
});
