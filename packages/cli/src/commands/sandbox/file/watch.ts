import { defineCommand } from '../../../command.ts';
import { onInterrupt } from '../../../input/interrupt.ts';
import { openSandbox } from '../open.ts';
import { filePath, sandboxId, userOption } from '../parameters.ts';

export const command = defineCommand({
  help: 'Follows what happens in a directory until --timeout or Ctrl-C, and ends with exit code 0.',
  arguments: [sandboxId, filePath],
  options: [
    { name: 'recursive', type: 'flag', description: 'Also in directories below.' },
    { name: 'timeout', type: 'number', minimum: 0, description: 'Seconds until the end.' },
    userOption,
  ],
  examples: ['nullspace sandbox file watch sb_… /workspace --recursive'],
  output: 'one JSON object a line: {type, name, path, event_type}',
  async run({ values, terminal }) {
    const { files } = await openSandbox(values);
    const { path, recursive, timeout: timeoutSecs, user } = values;
    await using watch = await files.watch(path, { recursive, timeoutSecs, user });
    using _interrupt = onInterrupt(() => watch.close());
    for await (const { type, name, path: at, oldPath } of watch) {
      const renamed = oldPath === undefined ? {} : { old_path: oldPath };
      terminal.print(JSON.stringify({ type, name, path: at, event_type: type, ...renamed }));
    }
  },
});
