import { defineCommand } from '../../../command.ts';
import { UsageError } from '../../../errors/cli-error.ts';
import { readRequestTimeout } from '../../../input/request-timeout.ts';
import { showPool } from '../../../output/show-pool.ts';
import { warmPoolId } from '../../../template-build/parameters.ts';
import { jsonOption } from '../../sandbox/parameters.ts';

export const command = defineCommand({
  arguments: [warmPoolId],
  options: [
    { name: 'min-ready', type: 'integer', minimum: 0, description: 'Refilled below this.' },
    { name: 'max-ready', type: 'integer', minimum: 0, description: 'Never more.' },
    jsonOption,
  ],
  examples: ['nullspace template warm-pool scale twp_… --min-ready 4 --max-ready 8'],
  output: 'line; --json: pool',
  async run({ values, json, terminal }) {
    const { minReady, maxReady } = values;
    if (minReady === undefined && maxReady === undefined)
      throw new UsageError('Give --min-ready, --max-ready or both.');
    const { TemplateWarmPool } = await import('nullspace');
    const pool = await TemplateWarmPool.get(values.warmPoolId, readRequestTimeout());
    showPool(await pool.update({ minReady, maxReady }), { json, terminal });
  },
});
