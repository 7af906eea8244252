import type { PortForward } from 'nullspace';
import { defineCommand } from '../../../command.ts';
import { UsageError } from '../../../errors/cli-error.ts';
import { onInterrupt } from '../../../input/interrupt.ts';
import { sandboxId } from '../parameters.ts';
import { openAsIs } from './open.ts';

export const command = defineCommand({
  help: 'For any protocol over TCP, also to services on the loopback of the sandbox. Goes on until Ctrl-C.',
  arguments: [
    sandboxId,
    {
      name: 'pairs',
      variadic: true,
      description: 'LOCAL:REMOTE, or one port for both; 0:REMOTE takes a free local port.',
    },
  ],
  options: [{ name: 'address', default: '127.0.0.1', description: 'Local address to listen on.' }],
  examples: [
    'nullspace sandbox port-forward sb_… 5432:5432',
    'nullspace sandbox port-forward sb_… 8080:80 3000',
  ],
  output: 'one line a pair when it listens',
  async run({ values, terminal }) {
    const pairs = (values.pairs as string[]).map(readPair);
    const sandbox = await openAsIs(values);
    const stopped = Promise.withResolvers<void>();
    using _interrupt = onInterrupt(stopped.resolve);
    process.once('SIGTERM', stopped.resolve);
    const forwards: PortForward[] = [];
    try {
      for (const { local, remote } of pairs) {
        const forward = await sandbox.forwardPort(remote, {
          localPort: local,
          host: values.address,
          onError: (error) => terminal.writeError(`port ${remote}: ${(error as Error).message}\n`),
        });
        forwards.push(forward);
        terminal.print(`${forward.host}:${forward.port} leads to port ${remote} of ${sandbox.id}`);
      }
      await stopped.promise;
    } finally {
      await Promise.all(forwards.map((forward) => forward.close()));
    }
    return 0;
  },
});

function readPair(text: string): { local: number; remote: number } {
  const match = /^(?:(\d{1,5}):)?(\d{1,5})$/.exec(text);
  const remote = Number(match?.[2] ?? 0);
  const local = Number(match?.[1] ?? remote);
  if (remote >= 1 && remote <= 65_535 && local <= 65_535) return { local, remote };
  throw new UsageError(
    `${JSON.stringify(text)} must be LOCAL:REMOTE or one port: LOCAL from 0 to 65535, REMOTE from 1 to 65535`,
  );
}
