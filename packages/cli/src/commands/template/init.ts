import { existsSync, writeFileSync } from 'node:fs';
import { defineCommand } from '../../command.ts';
import { CliError } from '../../errors/cli-error.ts';
import { starterFiles } from '../../template-build/starter-files.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'Writes a template with a small web service into the current folder; nothing is overwritten.',
  options: [jsonOption],
  examples: ['nullspace template init', 'sh build.sh'],
  output: 'text; --json: {created}',
  async run({ json, terminal }) {
    const names = Object.keys(starterFiles);
    const there = names.filter((name) => existsSync(name));
    if (there.length > 0) {
      throw new CliError(`${there.join(', ')}: in the way, and nothing was written.`, {
        code: 'conflict',
        suggestedAction: 'Run it in an empty folder, or move them away.',
      });
    }
    for (const [name, content] of Object.entries(starterFiles)) writeFileSync(name, content, { flag: 'wx' });
    if (json) return terminal.printJson({ created: names });
    for (const name of names) terminal.print(`Wrote ${name}`);
    terminal.print('Build it with: sh build.sh');
  },
});
