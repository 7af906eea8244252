import { defineCommand } from '../../command.ts';
import { readNames } from '../../input/pairs.ts';
import { templateRecord } from '../../output/records/template.ts';
import { templateRef } from '../../template-build/parameters.ts';
import { jsonOption } from '../sandbox/parameters.ts';

export const command = defineCommand({
  arguments: [templateRef],
  options: [jsonOption, { name: 'fields', description: 'Only these fields, separated by commas.' }],
  examples: ['nullspace template get base', 'nullspace template info review-api:stable --fields id,tags'],
  output: 'json: template, or the projected object',
  async run({ values, terminal }) {
    const fields = readNames(values.fields, '--fields');
    const { Template } = await import('nullspace');
    if (fields) return terminal.printJson(await Template.get(values.templateRef, { fields }));
    terminal.printJson(templateRecord(await Template.get(values.templateRef)));
  },
});
