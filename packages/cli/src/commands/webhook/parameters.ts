import type { ArgumentSpec, OptionSpec } from '../../command.ts';
import { operations } from '../lifecycle/parameters.ts';

export const webhookId: ArgumentSpec = { name: 'webhook-id', description: 'Id of the webhook.' };

/** What `create` and `update` set; `create` needs all but the last two. */
export function webhookOptions(required: boolean): OptionSpec[] {
  return [
    { name: 'url', required, description: 'Address that gets the events.' },
    {
      name: 'operation',
      multiple: true,
      required,
      choices: operations,
      description: 'Operation whose events are sent.',
    },
    { name: 'signing-secret', required, description: 'Secret that the signatures are made from.' },
    { name: 'enabled', type: 'flag', description: 'Send events.' },
    { name: 'disabled', type: 'flag', description: 'Send nothing.' },
  ];
}
