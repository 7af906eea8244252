import { defineCommand } from '../../command.ts';
import { deliveryRecord } from '../../output/records/webhook.ts';
import { pageOptions } from '../lifecycle/parameters.ts';
import { webhookId } from './parameters.ts';

export const command = defineCommand({
  help: 'Newest first.',
  arguments: [webhookId],
  options: pageOptions,
  examples: ['nullspace webhook deliveries wh_… --limit 10'],
  output: 'json: array of deliveries',
  async run({ values: { webhookId: id, offset, limit }, terminal }) {
    const { Webhook } = await import('nullspace');
    terminal.printJson((await Webhook.deliveries(id, { offset, limit })).map(deliveryRecord));
  },
});
