import { describeSettings } from '@nullspace/configuration';
import { defineCommand } from '../command.ts';
import { formatTable } from '../output/table.ts';
import { settingsOf } from './installation-of.ts';

export const command = defineCommand({
  help:
    'A setting comes from its flag, else its environment variable, else the configuration file, else its default.\n' +
    'The file is --config-file, by default config.json in the data folder.',
  passthrough: 'settings',
  options: [{ name: 'describe', type: 'flag', description: 'Show what each setting means and its bounds.' }],
  examples: [
    'nullspace config',
    'nullspace config --describe',
    'NULLSPACE_PORT=8080 nullspace config --json',
  ],
  output:
    'table; --json: {file, settings: [{name, value, source, flag, environment, type, default, description}]}',
  async run({ rest, json, terminal, values }) {
    const { settings, sources, file, warnings } = settingsOf(rest);
    for (const warning of warnings) terminal.note(`Warning: ${warning}`);
    const described = describeSettings().map((setting) => ({
      ...setting,
      value: redact(String(settings[setting.name])),
      source: sources[setting.name],
    }));
    if (json) {
      terminal.printJson({
        file,
        settings: described.map((setting) => {
          const value = settings[setting.name];
          return { ...setting, value: typeof value === 'string' ? redact(value) : value };
        }),
      });
    } else if (values.describe) {
      for (const setting of described) {
        terminal.print(terminal.style('bold', setting.flag));
        terminal.print(`    ${setting.description} ${boundsOf(setting)}`);
        terminal.print(
          `    ${setting.environment}; default ${JSON.stringify(setting.default)}; now ${setting.value}`,
        );
      }
    } else {
      const rows = described.map(({ name, value, source }) => [name, value, source]);
      terminal.print(await formatTable(['Setting', 'Value', 'Source'], rows));
      terminal.print(`Configuration file: ${file}`);
    }
  },
});

function boundsOf({
  minimum,
  maximum,
  choices,
}: {
  minimum?: number;
  maximum?: number;
  choices?: string[];
}): string {
  if (choices) return `One of ${choices.join(', ')}.`;
  if (minimum === undefined) return '';
  return maximum === undefined ? `At least ${minimum}.` : `From ${minimum} to ${maximum}.`;
}

// The password of a database address is nobody's business on a screen.
function redact(value: string): string {
  return value.replace(/^(\w+:\/\/[^:@/]*):[^@/]*@/, '$1:[REDACTED]@');
}
