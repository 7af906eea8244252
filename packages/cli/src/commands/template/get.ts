import { defineCommand } from '../../command.ts';
import { CliError } from '../../errors/cli-error.ts';
import { readNames } from '../../input/pairs.ts';
import { templateRecord } from '../../output/records/template.ts';

export const command = defineCommand({
  arguments: [{ name: 'template-ref', description: 'Name or id of the template.' }],
  options: [
    { name: 'json', type: 'flag', description: 'JSON on stdout, for errors too.' },
    { name: 'fields', description: 'Only these fields, separated by commas.' },
  ],
  examples: ['nullspace template get base'],
  output: 'json: template, or the projected object',
  async run({ values, terminal }) {
    const fields = readNames(values.fields, '--fields');
    const reference = values.templateRef as string;
    const { Template } = await import('nullspace');
    const found = (await Template.list()).find(({ id, name, canonicalRef }) =>
      [id, name, canonicalRef].includes(reference),
    );
    if (!found) {
      throw new CliError(`There is no template ${reference}.`, {
        code: 'template_not_found',
        suggestedAction: 'See "nullspace template list".',
      });
    }
    const record = templateRecord(found);
    const unknown = fields?.filter((field) => !(field in record)) ?? [];
    if (unknown.length > 0) {
      throw new CliError(`A template has no field ${unknown.join(', ')}.`, { code: 'invalid_fields' });
    }
    terminal.printJson(fields ? Object.fromEntries(fields.map((field) => [field, record[field]])) : record);
  },
});
