import type { Values } from '../command.ts';
import { UsageError } from '../errors/cli-error.ts';

/** The command line that a command runs in a sandbox: CMD, then the words that are left. */
export function readCommand(
  values: Values,
  rest: string[],
): { program: string; args: string[]; shell: boolean } {
  const [program, ...args] = [values.cmd as string | undefined, ...rest].filter((word) => word !== undefined);
  const shell = values.shell === true;
  if (program === undefined) throw new UsageError('CMD is missing: which command shall run?');
  if (shell && args.length > 0) {
    throw new UsageError('With --shell the whole script is one word; put it in quotes.');
  }
  return { program, args, shell };
}
