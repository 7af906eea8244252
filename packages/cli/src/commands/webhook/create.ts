import type { WebhookSettings } from 'nullspace';
import { defineCommand } from '../../command.ts';
import { webhookRecord } from '../../output/records/webhook.ts';
import { webhookOptions } from './parameters.ts';
import { readSettings } from './settings.ts';

export const command = defineCommand({
  options: webhookOptions(true),
  examples: [
    'nullspace webhook create --url https://example.com/hook --operation create --operation destroy --signing-secret "$SECRET"',
  ],
  output: 'json: webhook',
  async run({ values, terminal }) {
    // The options are mandatory, so that all of it is there.
    const settings = readSettings(values) as WebhookSettings;
    const { Webhook } = await import('nullspace');
    terminal.printJson(webhookRecord(await Webhook.create(settings)));
  },
});
