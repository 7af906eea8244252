import { defineCommand } from '../../command.ts';
import { jsonOption, snapshotId } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'Frees its disk. Sandboxes that started from it go on. That of a pause goes with its sandbox.',
  arguments: [snapshotId],
  options: [jsonOption],
  examples: ['nullspace snapshot delete snap_…'],
  output: 'text; --json: {id, deleted}',
  async run({ values, json, terminal }) {
    const { Snapshot } = await import('nullspace');
    await Snapshot.delete(values.snapshotId);
    if (json) terminal.printJson({ id: values.snapshotId, deleted: true });
    else terminal.print(`Snapshot ${values.snapshotId} deleted.`);
  },
});
