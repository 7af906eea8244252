import { defineCommand } from '../../../command.ts';
import { openSandbox } from '../open.ts';
import { jsonOption } from '../parameters.ts';
import { portOfSandbox } from './parameters.ts';

export const command = defineCommand({
  help: 'A paused sandbox is resumed. The same port has the same address until the sandbox ends.',
  arguments: portOfSandbox,
  options: [jsonOption],
  examples: ['nullspace sandbox host sb_… 3000'],
  output: 'host; --json: {host}',
  async run({ values, json, terminal }) {
    const host = await (await openSandbox(values)).getHost(values.port);
    return json ? terminal.printJson({ host }) : terminal.print(host);
  },
});
