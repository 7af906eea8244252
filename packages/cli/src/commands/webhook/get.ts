import { defineCommand } from '../../command.ts';
import { webhookRecord } from '../../output/records/webhook.ts';
import { webhookId } from './parameters.ts';

export const command = defineCommand({
  arguments: [webhookId],
  examples: ['nullspace webhook get wh_…'],
  output: 'json: webhook',
  async run({ values, terminal }) {
    const { Webhook } = await import('nullspace');
    terminal.printJson(webhookRecord(await Webhook.get(values.webhookId)));
  },
});
