import { defineCommand } from '../../command.ts';
import { type KeyRecord, runKeyAdmin } from './run-admin.ts';

export const command = defineCommand({
  help: 'The key is shown once; the server keeps only its hash.',
  passthrough: 'settings',
  options: [
    { name: 'name', description: 'What the key is for.' },
    { name: 'tenant', description: 'Tenant whose sandboxes it sees. Default: the default tenant.' },
  ],
  examples: ['nullspace keys create --name laptop', 'nullspace keys create --name ci --json'],
  output: 'the key; --json: key record with key',
  async run(call) {
    const { values, json, terminal } = call;
    const words = ['create'];
    if (values.name) words.push('--name', values.name);
    if (values.tenant) words.push('--tenant', values.tenant);
    const record = (await runKeyAdmin(call, words)) as KeyRecord;
    if (json) terminal.printJson(record);
    else {
      terminal.note(`Key ${record.id} made. It is shown this once:`);
      terminal.print(record.key!);
    }
  },
});
