import { defineCommand } from '../../../command.ts';
import { definitionHelp } from '../../../template-build/parameters.ts';
import { readLine } from '../../../template-build/read-line.ts';
import { jsonOption } from '../../sandbox/parameters.ts';

export const command = defineCommand({
  help: `Nothing is sent. Probes and secrets have no place in a Dockerfile.\n\n${definitionHelp}`,
  passthrough: 'command',
  options: [jsonOption],
  examples: ['nullspace template render dockerfile --from-image debian:12 --apt-install git --name tools'],
  output: 'text: Dockerfile',
  async run({ rest, terminal }) {
    const { template } = await readLine(rest, { named: true });
    terminal.write(template.toDockerfile());
  },
});
