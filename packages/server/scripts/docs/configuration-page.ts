import { describeSettings, type SettingDescription } from '@nullspace/configuration';
import { NOTICE, table } from './markdown.ts';

/** docs/configuration.md: every setting of host and server. */
export function configurationPage(): string {
  const rows = describeSettings().map((setting) => [
    `\`${setting.name}\``,
    setting.default === '' ? 'empty' : `\`${setting.default}\``,
    bounds(setting),
    setting.description,
  ]);
  return `${NOTICE}

# Configuration

A setting \`some_name\` is the flag \`--some-name\`, the environment variable \`NULLSPACE_SOME_NAME\` and the key
\`some_name\` of the configuration file, a JSON object. The first of them that is there wins. The file is
\`config.json\` in \`data_dir\`, or what \`--config-file\` or \`NULLSPACE_CONFIG_FILE\` names. Unknown settings and values out
of bounds are refused when a service starts. \`nullspace config\` prints what is in force and where it comes from.

${table(['Setting', 'Default', 'Values', 'Meaning'], rows)}
`;
}

function bounds({ type, minimum, maximum, choices }: SettingDescription): string {
  if (choices) return choices.map((choice) => `\`${choice}\``).join(', ');
  if (minimum !== undefined && maximum !== undefined) return `${type}, ${minimum} to ${maximum}`;
  if (minimum !== undefined) return `${type}, at least ${minimum}`;
  return type;
}
