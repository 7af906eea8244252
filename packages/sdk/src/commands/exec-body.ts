import { InvalidRequestError } from '../errors/state.ts';
import type { CommandOptions } from './types.ts';

/** Timeout of a foreground command that names none, in seconds. */
export const defaultTimeoutSecs = 30;

/** The longest that a command may be given. */
const longestTimeoutSecs = 86_400;

/** A timeout as the server takes it; without end is the longest. @throws InvalidRequestError for what is no time */
export function checkTimeout(timeoutSecs: number): number {
  if (timeoutSecs === Number.POSITIVE_INFINITY) return longestTimeoutSecs;
  if (Number.isInteger(timeoutSecs) && timeoutSecs >= 1 && timeoutSecs <= longestTimeoutSecs)
    return timeoutSecs;
  throw new InvalidRequestError(
    `timeoutSecs must be a whole number from 1 to ${longestTimeoutSecs}, or Infinity; it is ${timeoutSecs}.`,
  );
}

/** A program with its arguments as one list, or the program alone. */
export type CommandLine = string | readonly string[];

/** Fields that one-shot and live commands share. What is empty stays out. */
export function commandFields(line: CommandLine, options: CommandOptions) {
  const [command = '', ...words] = typeof line === 'string' ? [line] : line;
  if (words.length > 0 && options.args?.length)
    throw new InvalidRequestError('Give the arguments in the command or in args, not in both.');
  const args = words.length > 0 ? words : options.args;
  return {
    command,
    ...(args?.length ? { args: [...args] } : {}),
    ...(options.cwd ? { cwd: options.cwd } : {}),
    ...(options.envs && Object.keys(options.envs).length > 0 ? { envs: options.envs } : {}),
    ...(options.shell ? { shell: true } : {}),
    ...(options.user ? { user: options.user } : {}),
  };
}
