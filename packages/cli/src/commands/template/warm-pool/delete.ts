import { defineCommand } from '../../../command.ts';
import { readRequestTimeout } from '../../../input/request-timeout.ts';
import { warmPoolId } from '../../../template-build/parameters.ts';
import { jsonOption } from '../../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'Destroys what is ready; sandboxes that were taken go on.',
  arguments: [warmPoolId],
  options: [jsonOption],
  examples: ['nullspace template warm-pool delete twp_…'],
  output: 'text; --json: {id, warm_pool, deleted}',
  async run({ values, json, terminal }) {
    const { TemplateWarmPool } = await import('nullspace');
    const id = values.warmPoolId;
    await (await TemplateWarmPool.get(id, readRequestTimeout())).delete();
    if (json) terminal.printJson({ id, warm_pool: { id }, deleted: true });
    else terminal.print(`Warm pool ${id} deleted.`);
  },
});
