import { defineCommand } from '../command.ts';
import { describeLine } from '../help/schema.ts';

export const command = defineCommand({
  arguments: [
    { name: 'command-path', description: 'Words of a command or group.', required: false, variadic: true },
  ],
  examples: ['nullspace schema', 'nullspace schema sandbox create'],
  output: 'json',
  async run({ values, terminal, table }) {
    terminal.printJson(await describeLine(table, (values.commandPath as string[] | undefined) ?? []));
  },
});
