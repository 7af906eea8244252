import { defineCommand } from '../../command.ts';
import { snapshotDetailRecord } from '../../output/records/snapshot.ts';
import { snapshotId } from '../sandbox/parameters.ts';

export const command = defineCommand({
  arguments: [snapshotId],
  examples: ['nullspace snapshot get snap_…'],
  output: 'json: snapshot',
  async run({ values, terminal }) {
    const { Snapshot } = await import('nullspace');
    terminal.printJson(snapshotDetailRecord(await Snapshot.get(values.snapshotId)));
  },
});
