import { defineCommand } from '../../command.ts';
import { readMetadata, readNames } from '../../input/pairs.ts';
import { formatFields } from '../../output/fields.ts';
import { sandboxRecord, timestamp } from '../../output/records/sandbox.ts';
import { formatTable } from '../../output/table.ts';

export const command = defineCommand({
  help: 'Shows all pages. Without --state: sandboxes that are creating, running or paused.',
  options: [
    { name: 'json', type: 'flag', description: 'JSON on stdout, for errors too.' },
    { name: 'fields', description: 'Only these fields, separated by commas.' },
    {
      name: 'state',
      multiple: true,
      choices: ['creating', 'running', 'paused', 'destroyed', 'error'],
      description: 'Only sandboxes in this state.',
    },
    { name: 'template', description: 'Only sandboxes of this template.' },
    { name: 'metadata', multiple: true, description: 'Only sandboxes with this label KEY=VALUE.' },
    { name: 'metadata-json', description: 'Labels as a JSON object.' },
    { name: 'limit', type: 'integer', minimum: 1, description: 'Sandboxes a page.' },
    { name: 'next-token', description: 'Go on after the page that gave this token.' },
  ],
  examples: [
    'nullspace sandbox list',
    'nullspace sandbox list --state running --metadata project=docs --json',
    'nullspace sandbox list --fields id,status,template',
  ],
  output: 'table; --json: array of sandboxes; --fields: rows',
  async run({ values, json, terminal }) {
    const metadata = readMetadata(values);
    const fields = readNames(values.fields, '--fields');
    const options = {
      state: values.state,
      template: values.template,
      metadata,
      limit: values.limit,
      nextToken: values.nextToken,
    };
    const { Sandbox } = await import('nullspace');
    if (fields) {
      const records = await Array.fromAsync(await Sandbox.list({ ...options, fields }));
      if (json) return terminal.printJson(records);
      for (const row of formatFields(records, fields)) terminal.print(row);
      return;
    }
    const sandboxes = await Array.fromAsync(await Sandbox.list(options));
    if (json) return terminal.printJson(sandboxes.map(sandboxRecord));
    if (sandboxes.length === 0) return terminal.print('No sandboxes found.');
    const rows = sandboxes.map((info) => [
      info.id,
      info.status,
      info.template,
      `${info.config.vcpus} × ${info.config.memoryMb} MiB`,
      timestamp(info.createdAt) ?? '',
      timestamp(info.timeoutAt) ?? '',
    ]);
    terminal.print(await formatTable(['Sandbox', 'Status', 'Template', 'Size', 'Created', 'Ends'], rows));
  },
});
