import { defineCommand } from '../../../command.ts';
import { grantRecord } from '../../../output/records/preview.ts';
import { jsonOption, sandboxId } from '../parameters.ts';
import { openAsIs } from './open.ts';

export const command = defineCommand({
  arguments: [sandboxId],
  options: [{ name: 'port', type: 'integer', description: 'Only of this port.' }, jsonOption],
  examples: ['nullspace sandbox preview-url list sb_…'],
  output: 'one line a grant; --json: {items}',
  async run({ values, json, terminal }) {
    const grants = await (await openAsIs(values)).previews.list({ port: values.port });
    if (json) return terminal.printJson({ items: grants.map(grantRecord) });
    if (grants.length === 0) return terminal.print('No previews.');
    for (const { id, port, authMode, status, expiresAt } of grants) {
      terminal.print([id, port, authMode, status, expiresAt?.toISOString() ?? ''].join('  '));
    }
  },
});
