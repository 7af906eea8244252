import { defineCommand } from '../../command.ts';
import { printSnapshots } from '../snapshot/list.ts';
import { jsonOption, metadataOptions, sandboxId } from './parameters.ts';

export const command = defineCommand({
  help: 'Also those of a sandbox that has ended.',
  arguments: [sandboxId],
  options: [...metadataOptions, jsonOption],
  examples: ['nullspace sandbox snapshot list sb_…'],
  output: 'json: array of snapshots',
  run: ({ values, terminal }) => printSnapshots(values, terminal),
});
