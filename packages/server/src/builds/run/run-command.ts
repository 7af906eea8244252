import { guest } from '@nullspace/proto';
import { readExitCode, readGuard } from '../../commands/describe-exit.ts';
import type { Context } from '../../context.ts';
import { readGuestStream } from '../../guests/read-stream.ts';
import { LineReader } from '../log/line-reader.ts';
import type { BuildSandbox } from './build-sandbox.ts';

export interface BuildCommand {
  argv: string[];
  user: string;
  workdir: string;
  env: Record<string, string>;
}

export interface CommandEnd {
  code: number;
  /** Guard that ended it, for example "memory". */
  guard: string | undefined;
}

/** Runs a command to its end and tells each line of its output. Its stdin is empty. */
export async function runCommand(
  context: Context,
  sandbox: BuildSandbox,
  options: { command: BuildCommand; onLine: (line: string) => void; signal: AbortSignal },
): Promise<CommandEnd> {
  const { command, onLine, signal } = options;
  const [program = '', ...args] = command.argv;
  const request = {
    command: program,
    args,
    user: command.user,
    cwd: command.workdir,
    env: command.env,
  };
  const call = { failure: 'exec_failed' as const, user: command.user, answerMs: 0, signal };
  return context.guests.call(sandbox.live, call, async ({ unary, streams }, linked) => {
    const { pid } = await unary.start({ command: request }, { signal: linked });
    // A command that has ended has no stdin to close.
    await unary.writeStdin({ pid, close: true }, { signal: linked }).catch(() => undefined);
    const readers = { out: new LineReader(onLine), err: new LineReader(onLine) };
    const messages = streams.attach({ pid }, { signal: linked });
    for await (const { event } of readGuestStream(messages, sizeOf)) {
      if (event.case === 'output') {
        const reader = event.value.stream === guest.Stream.STDERR ? readers.err : readers.out;
        reader.push(event.value.data);
      } else if (event.case === 'exit') {
        readers.out.end();
        readers.err.end();
        return { code: readExitCode(event.value), guard: readGuard(event.value) ?? undefined };
      }
    }
    throw new Error('the stream ended without an exit');
  });
}

function sizeOf({ event }: guest.AttachResponse): number {
  if (event.case === 'output') return event.value.data.length;
  return event.case === 'exit' || event.case === 'frozen' ? 1 : 0;
}
