import { defineCommand } from '../../../command.ts';
import { readPairs } from '../../../input/pairs.ts';
import { readRequestTimeout } from '../../../input/request-timeout.ts';
import { poolRecord } from '../../../output/records/pool.ts';
import { showPool } from '../../../output/show-pool.ts';
import { jsonOption } from '../../sandbox/parameters.ts';

export const command = defineCommand({
  options: [
    { name: 'template', description: 'Only pools of this template.' },
    {
      name: 'state',
      choices: ['enabled', 'disabled', 'draining', 'deleted'],
      description: 'Only pools of this state.',
    },
    { name: 'label', multiple: true, description: 'Only pools with this label KEY=VALUE.' },
    { name: 'status', description: 'Only pools whose count of this name is above zero, such as ready.' },
    { name: 'limit', type: 'integer', minimum: 1, description: 'Most pools.' },
    jsonOption,
  ],
  examples: [
    'nullspace template warm-pool list',
    'nullspace template warm-pool list --template review-api --json',
  ],
  output: 'lines; --json: {items}',
  async run({ values, json, terminal }) {
    const { TemplateWarmPool } = await import('nullspace');
    const pools = await TemplateWarmPool.list({
      template: values.template,
      state: values.state,
      labels: readPairs(values.label, '--label'),
      status: values.status,
      limit: values.limit,
      ...readRequestTimeout(),
    });
    if (json) return terminal.printJson({ items: pools.map(poolRecord) });
    if (pools.length === 0) return terminal.print('No warm pools found.');
    for (const pool of pools) showPool(pool, { json, terminal });
  },
});
