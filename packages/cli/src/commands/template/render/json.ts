import { defineCommand } from '../../../command.ts';
import { definitionHelp } from '../../../template-build/parameters.ts';
import { readLine } from '../../../template-build/read-line.ts';
import { redact } from '../../../template-build/redact.ts';
import { jsonOption } from '../../sandbox/parameters.ts';

export const command = defineCommand({
  help: `Nothing is sent. Registry logins and secrets are hidden.\n\n${definitionHelp}`,
  passthrough: 'command',
  options: [jsonOption],
  examples: ['nullspace template render json --from-image debian:12 --apt-install git --name tools'],
  output: 'json: body of the request',
  async run({ rest, terminal }) {
    const { template, name, options } = await readLine(rest, { named: true });
    terminal.printJson(redact(await template.toJson(name, options)));
  },
});
