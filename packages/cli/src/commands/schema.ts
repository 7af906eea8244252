import { defineCommand } from '../command.ts';
import { describeLine } from '../help/schema.ts';

export const command = defineCommand({
  arguments: [
    { name: 'command-path', description: 'Words of a command or group.', required: false, variadic: true },
  ],
  examples: ['nullspace schema', 'nullspace schema sandbox create'],
  output: 'json',
  async run({ values, terminal }) {
    terminal.printJson(await describeLine((values.commandPath as string[] | undefined) ?? []));
  },
});
