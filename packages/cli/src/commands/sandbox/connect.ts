import { defineCommand } from '../../command.ts';
import { readRequestTimeout } from '../../input/request-timeout.ts';
import { sandboxRecord } from '../../output/records/sandbox.ts';
import { sandboxId } from './parameters.ts';

export const command = defineCommand({
  help: 'A paused one is resumed and gets a new id. The deadline moves only with --timeout.',
  arguments: [sandboxId],
  options: [
    { name: 'timeout', type: 'integer', minimum: 1, description: 'Time to live in seconds from now.' },
  ],
  examples: ['nullspace sandbox connect sb_…', 'nullspace sandbox connect sb_… --timeout 3600'],
  output: 'json: sandbox',
  async run({ values, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId, {
      timeout: values.timeout,
      ...readRequestTimeout(),
    });
    terminal.printJson(sandboxRecord(await sandbox.getInfo()));
  },
});
