import { defineCommand } from '../../command.ts';
import { runKeyAdmin } from './run-admin.ts';

export const command = defineCommand({
  help: 'Requests with the key are refused from now on. Sandboxes made with it live on.',
  passthrough: 'settings',
  arguments: [{ name: 'key-id', description: 'Id of the key, from "nullspace keys list".' }],
  examples: ['nullspace keys revoke key_…'],
  output: 'text; --json: key record',
  async run(call) {
    const { values, json, terminal } = call;
    const record = await runKeyAdmin(call, ['revoke', values.keyId]);
    if (json) terminal.printJson(record);
    else terminal.print(`Key ${values.keyId} revoked.`);
  },
});
