import { defineCommand } from '../../../command.ts';
import { readRequestTimeout } from '../../../input/request-timeout.ts';
import { showPool } from '../../../output/show-pool.ts';
import { warmPoolId } from '../../../template-build/parameters.ts';
import { jsonOption } from '../../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'Exits with 8 when they are not ready in time.',
  arguments: [warmPoolId],
  options: [
    {
      name: 'min-ready',
      type: 'integer',
      minimum: 0,
      description: 'How many. Without it min_ready of the pool.',
    },
    { name: 'timeout', type: 'number', minimum: 0, default: 300, description: 'Seconds to wait.' },
    { name: 'interval', type: 'number', minimum: 0, default: 1, description: 'Seconds between two looks.' },
    jsonOption,
  ],
  examples: ['nullspace template warm-pool wait twp_… --timeout 60'],
  output: 'line; --json: pool',
  async run({ values, json, terminal }) {
    const { TemplateWarmPool } = await import('nullspace');
    const pool = await TemplateWarmPool.get(values.warmPoolId, readRequestTimeout());
    const info = await pool.waitUntilReady({
      minReady: values.minReady,
      timeoutSecs: values.timeout,
      intervalSecs: values.interval,
    });
    showPool(info, { json, terminal });
  },
});
