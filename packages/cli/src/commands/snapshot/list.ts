import { defineCommand, type Values } from '../../command.ts';
import { readMetadata } from '../../input/pairs.ts';
import { snapshotDetailRecord } from '../../output/records/snapshot.ts';
import type { Terminal } from '../../output/terminal.ts';
import { jsonOption, metadataOptions } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'Newest first; those of pauses too.',
  options: [
    { name: 'sandbox-id', description: 'Only snapshots of this sandbox.' },
    ...metadataOptions,
    jsonOption,
  ],
  examples: ['nullspace snapshot list', 'nullspace snapshot list --metadata step=installed'],
  output: 'json: array of snapshots',
  run: ({ values, terminal }) => printSnapshots(values, terminal),
});

/** Prints all pages of the snapshots that match. */
export async function printSnapshots(values: Values, terminal: Terminal): Promise<void> {
  const metadata = readMetadata(values);
  const { Snapshot } = await import('nullspace');
  const snapshots = await Array.fromAsync(await Snapshot.list({ sandboxId: values.sandboxId, metadata }));
  terminal.printJson(snapshots.map(snapshotDetailRecord));
}
