import { defineCommand } from '../../command.ts';
import { jsonOption } from '../sandbox/parameters.ts';
import { webhookId } from './parameters.ts';

export const command = defineCommand({
  help: 'What still waits to be sent is dropped.',
  arguments: [webhookId],
  options: [jsonOption],
  examples: ['nullspace webhook delete wh_…'],
  output: 'text; --json: {id, deleted}',
  async run({ values, json, terminal }) {
    const { Webhook } = await import('nullspace');
    await Webhook.delete(values.webhookId);
    if (json) terminal.printJson({ id: values.webhookId, deleted: true });
    else terminal.print(`Webhook ${values.webhookId} deleted.`);
  },
});
