import { defineCommand } from '../../command.ts';
import { deliveryDetailRecord } from '../../output/records/webhook.ts';
import { webhookId } from './parameters.ts';

export const command = defineCommand({
  help: 'With its event and every attempt.',
  arguments: [webhookId, { name: 'delivery-id', description: 'Id of the delivery.' }],
  examples: ['nullspace webhook delivery wh_… whd_…'],
  output: 'json: {delivery, event, attempts}',
  async run({ values, terminal }) {
    const { Webhook } = await import('nullspace');
    terminal.printJson(deliveryDetailRecord(await Webhook.delivery(values.webhookId, values.deliveryId)));
  },
});
