import { defineCommand } from '../../command.ts';
import { readRequestTimeout } from '../../input/request-timeout.ts';
import { sandboxRecord } from '../../output/records/sandbox.ts';

export const command = defineCommand({
  help: 'The new time to live is counted from now and replaces the old one, longer or shorter.',
  arguments: [{ name: 'sandbox-id', description: 'Id of the sandbox.' }],
  options: [
    { name: 'seconds', type: 'integer', minimum: 1, required: true, description: 'Time to live from now.' },
    { name: 'action', choices: ['destroy', 'hibernate'], description: 'What happens at the deadline.' },
  ],
  examples: [
    'nullspace sandbox timeout set sb_… --seconds 3600',
    'nullspace sandbox timeout set sb_… --seconds 600 --action hibernate',
  ],
  output: 'json: sandbox',
  async run({ values, terminal }) {
    const { Sandbox } = await import('nullspace');
    const sandbox = await Sandbox.connect(values.sandboxId, {
      resume: false,
      ...readRequestTimeout(),
    });
    await sandbox.setTimeout(values.seconds, { action: values.action });
    terminal.printJson(sandboxRecord(await sandbox.getInfo()));
  },
});
