import { defineCommand } from '../../command.ts';
import { snakeCase } from '../../output/records/snake-case.ts';
import { definitionHelp } from '../../template-build/parameters.ts';
import { readLine } from '../../template-build/read-line.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: definitionHelp,
  passthrough: 'command',
  options: [jsonOption],
  examples: ['nullspace template plan --from-image debian:12-slim --run-cmd "apt-get update"'],
  output: 'json: plan',
  async run({ rest, terminal }) {
    const { template, options } = await readLine(rest);
    const { Template } = await import('nullspace');
    terminal.printJson(snakeCase(await Template.plan(template, options)));
  },
});
