import { defineCommand } from '../../command.ts';
import { webhookRecord } from '../../output/records/webhook.ts';

export const command = defineCommand({
  examples: ['nullspace webhook list'],
  output: 'json: array of webhooks',
  async run({ terminal }) {
    const { Webhook } = await import('nullspace');
    terminal.printJson((await Webhook.list()).map(webhookRecord));
  },
});
