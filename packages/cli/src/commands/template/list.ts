import { defineCommand } from '../../command.ts';
import { readNames } from '../../input/pairs.ts';
import { formatFields } from '../../output/fields.ts';
import { templateRecord } from '../../output/records/template.ts';
import { formatTable } from '../../output/table.ts';

export const command = defineCommand({
  options: [
    { name: 'json', type: 'flag', description: 'JSON on stdout, for errors too.' },
    { name: 'fields', description: 'Only these fields, separated by commas.' },
  ],
  examples: ['nullspace template list', 'nullspace template list --fields id,name'],
  output: 'table; --json: array of templates; --fields: rows',
  async run({ values, json, terminal }) {
    const fields = readNames(values.fields, '--fields');
    const { Template } = await import('nullspace');
    if (fields) {
      const records = await Template.list({ fields });
      if (json) return terminal.printJson(records);
      for (const row of formatFields(records, fields)) terminal.print(row);
      return;
    }
    const templates = await Template.list();
    if (json) return terminal.printJson(templates.map(templateRecord));
    if (templates.length === 0) return terminal.print('No templates found.');
    const rows = templates.map(({ id, name, tags, visibility, description }) => [
      id,
      name,
      tags.join(', '),
      visibility,
      description,
    ]);
    terminal.print(await formatTable(['Template', 'Name', 'Tags', 'Visibility', 'Description'], rows));
  },
});
