import { defineCommand } from '../../command.ts';
import { readRequestTimeout } from '../../input/request-timeout.ts';
import { sandboxRecord } from '../../output/records/sandbox.ts';
import { snapshotId } from './parameters.ts';

export const command = defineCommand({
  help: 'A pause is resumed once, by whoever comes first; a snapshot of "snapshot create" gives another sandbox each time.',
  arguments: [snapshotId],
  options: [
    {
      name: 'timeout',
      type: 'integer',
      minimum: 1,
      description: 'Time to live in seconds. Without it as before.',
    },
  ],
  examples: ['nullspace sandbox resume snap_…'],
  output: 'json: sandbox',
  async run({ values, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.resume(values.snapshotId, {
      timeout: values.timeout,
      ...readRequestTimeout(),
    });
    terminal.printJson(sandboxRecord(await sandbox.getInfo()));
  },
});
