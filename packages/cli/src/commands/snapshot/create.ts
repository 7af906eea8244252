import { defineCommand } from '../../command.ts';
import { readMetadata } from '../../input/pairs.ts';
import { readRequestTimeout } from '../../input/request-timeout.ts';
import { snapshotRecord } from '../../output/records/snapshot.ts';
import { idempotencyOption, metadataOptions, sandboxId } from '../sandbox/parameters.ts';

export const command = defineCommand({
  help: 'The sandbox goes on, its connections too. "nullspace sandbox create --snapshot-id" starts from it.',
  arguments: [sandboxId],
  options: [
    {
      name: 'kind',
      choices: ['memory', 'filesystem'],
      description: 'With memory and processes, or only the disk. Without it memory.',
    },
    ...metadataOptions,
    idempotencyOption,
  ],
  examples: [
    'nullspace snapshot create sb_…',
    'nullspace snapshot create sb_… --kind filesystem --metadata step=installed',
  ],
  output: 'json: snapshot',
  async run({ values, terminal }) {
    const metadata = readMetadata(values);
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId, { resume: false });
    const snapshot = await sandbox.createSnapshot({
      kind: values.kind,
      metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
      idempotencyKey: values.idempotencyKey,
      ...readRequestTimeout(),
    });
    terminal.printJson(snapshotRecord(snapshot));
  },
});
