import { defineCommand } from '../../../command.ts';
import { readRequestTimeout } from '../../../input/request-timeout.ts';
import { showPool } from '../../../output/show-pool.ts';
import { warmPoolId } from '../../../template-build/parameters.ts';
import { jsonOption } from '../../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'Fills it again.',
  arguments: [warmPoolId],
  options: [jsonOption],
  examples: ['nullspace template warm-pool enable twp_…'],
  output: 'line; --json: pool',
  async run({ values, json, terminal }) {
    const { TemplateWarmPool } = await import('nullspace');
    const pool = await TemplateWarmPool.get(values.warmPoolId, readRequestTimeout());
    showPool(await pool.enable(), { json, terminal });
  },
});
