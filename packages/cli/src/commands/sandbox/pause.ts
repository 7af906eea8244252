import { defineCommand } from '../../command.ts';
import { readRequestTimeout } from '../../input/request-timeout.ts';
import { snapshotRecord } from '../../output/records/snapshot.ts';
import { sandboxId } from './parameters.ts';

export const command = defineCommand({
  help: 'Saves memory, processes and disk, and frees the memory of the machine. "nullspace sandbox connect" goes on.',
  arguments: [sandboxId],
  examples: ['nullspace sandbox pause sb_…'],
  output: 'json: snapshot',
  async run({ values, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId, { resume: false });
    terminal.printJson(snapshotRecord(await sandbox.hibernate(readRequestTimeout())));
  },
});
