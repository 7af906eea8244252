import { defineCommand } from '../../command.ts';
import { CliError } from '../../errors/cli-error.ts';
import { readNames } from '../../input/pairs.ts';
import { sandboxRecord } from '../../output/records/sandbox.ts';

export const command = defineCommand({
  help: 'Reads it without resuming a paused one.',
  arguments: [{ name: 'sandbox-id', description: 'Id of the sandbox.' }],
  options: [
    { name: 'json', type: 'flag', description: 'JSON on stdout, for errors too.' },
    { name: 'fields', description: 'Only these fields, separated by commas.' },
  ],
  examples: ['nullspace sandbox get sb_…', 'nullspace sandbox get sb_… --fields status,timeout_at'],
  output: 'json: sandbox, or the projected object',
  async run({ values, terminal }) {
    const fields = readNames(values.fields, '--fields');
    const { Sandbox } = await import('nullspace');
    const record = sandboxRecord(await Sandbox.getInfoById(values.sandboxId));
    terminal.printJson(fields ? project(record, fields) : record);
  },
});

function project(record: Record<string, unknown>, fields: string[]): Record<string, unknown> {
  const optional = [
    'cwd',
    'warm_pool_checkout',
    'internet_access',
    'network',
    'ended_at',
    'status_reason',
    'status_message',
  ];
  const unknown = fields.filter((field) => !(field in record) && !optional.includes(field));
  if (unknown.length > 0) {
    throw new CliError(`A sandbox has no field ${unknown.join(', ')}.`, {
      code: 'invalid_fields',
      suggestedAction: `Its fields are ${[...new Set([...Object.keys(record), ...optional])].join(', ')}.`,
    });
  }
  return Object.fromEntries(fields.filter((field) => field in record).map((field) => [field, record[field]]));
}
