import { defineCommand } from '../../command.ts';
import { describeFailure } from '../../errors/envelope.ts';
import { exitCodeFor } from '../../errors/exit-code.ts';
import { readRequestTimeout } from '../../input/request-timeout.ts';
import { sandboxRecord } from '../../output/records/sandbox.ts';
import { idempotencyOption, sandboxId } from './parameters.ts';

export const command = defineCommand({
  help: 'Copies memory, processes and disk of one moment. The source goes on.',
  arguments: [sandboxId],
  options: [
    {
      name: 'count',
      type: 'integer',
      minimum: 1,
      maximum: 100,
      description: 'Copies, each with a result of its own.',
    },
    idempotencyOption,
  ],
  examples: ['nullspace sandbox fork sb_…', 'nullspace sandbox fork sb_… --count 8'],
  output: 'json: sandbox; --count: {items: [{sandbox} or {error}]}, with the exit code of the first error',
  async run({ values, terminal }) {
    const { count, idempotencyKey } = values;
    const call = { idempotencyKey, ...readRequestTimeout() };
    const { Sandbox } = await import('nullspace');
    const source = await Sandbox.connect(values.sandboxId, { resume: false });
    if (count === undefined) {
      const child = await source.fork(call);
      return terminal.printJson(sandboxRecord(await child.getInfo()));
    }
    const children = await source.fork({ ...call, count });
    const items = await Promise.all(
      children.map(async ({ sandbox, error }) =>
        sandbox ? { sandbox: sandboxRecord(await sandbox.getInfo()) } : { error: describeFailure(error) },
      ),
    );
    terminal.printJson({ items });
    const failed = children.find(({ error }) => error);
    return failed ? exitCodeFor(failed.error!.code) : 0;
  },
});
