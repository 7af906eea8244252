import type { WebhookSettings } from 'nullspace';
import type { Values } from '../../command.ts';
import { UsageError } from '../../errors/cli-error.ts';

/** What a command line sets of a webhook. */
export function readSettings(values: Values): Partial<WebhookSettings> {
  if (values.enabled && values.disabled) throw new UsageError('Give --enabled or --disabled, not both.');
  const enabled = values.disabled ? false : values.enabled;
  return { url: values.url, operations: values.operation, signingSecret: values.signingSecret, enabled };
}
