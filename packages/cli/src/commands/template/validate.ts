import { defineCommand } from '../../command.ts';
import { definitionHelp } from '../../template-build/parameters.ts';
import { readLine } from '../../template-build/read-line.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: definitionHelp,
  passthrough: 'command',
  options: [jsonOption],
  examples: ['nullspace template validate --from-dockerfile ./Dockerfile'],
  output: 'json: {valid, errors, warnings}',
  async run({ rest, terminal }) {
    const { template, options } = await readLine(rest);
    const { Template } = await import('nullspace');
    terminal.printJson(await Template.validate(template, options));
  },
});
