import { defineCommand } from '../../command.ts';
import { formatTable } from '../../output/table.ts';
import { type KeyRecord, runKeyAdmin } from './run-admin.ts';

export const command = defineCommand({
  passthrough: 'settings',
  examples: ['nullspace keys list', 'nullspace keys list --json'],
  output: 'table; --json: array of key records',
  async run(call) {
    const { json, terminal } = call;
    const answer = await runKeyAdmin(call, ['list']);
    const records = (Array.isArray(answer) ? answer : (answer as { keys: KeyRecord[] }).keys) as KeyRecord[];
    if (json) return terminal.printJson(records);
    if (records.length === 0) return terminal.print('No keys found.');
    const rows = records.map((record) => [
      record.id,
      record.name ?? '',
      record.tenant ?? '',
      record.created_at ?? '',
      record.last_used_at ?? '',
      record.revoked_at ? 'revoked' : 'valid',
    ]);
    terminal.print(await formatTable(['Key', 'Name', 'Tenant', 'Created', 'Last used', 'State'], rows));
  },
});
