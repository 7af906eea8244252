import { defineCommand } from '../../command.ts';
import { UsageError } from '../../errors/cli-error.ts';
import { webhookRecord } from '../../output/records/webhook.ts';
import { webhookId, webhookOptions } from './parameters.ts';
import { readSettings } from './settings.ts';

export const command = defineCommand({
  help: 'Changes what is given and leaves the rest.',
  arguments: [webhookId],
  options: webhookOptions(false),
  examples: ['nullspace webhook update wh_… --disabled', 'nullspace webhook update wh_… --operation destroy'],
  output: 'json: webhook',
  async run({ values, terminal }) {
    const changes = readSettings(values);
    if (Object.values(changes).every((value) => value === undefined)) {
      throw new UsageError(
        'Give at least one of --url, --operation, --signing-secret, --enabled, --disabled.',
      );
    }
    const { Webhook } = await import('nullspace');
    terminal.printJson(webhookRecord(await Webhook.update(values.webhookId, changes)));
  },
});
