import { ConflictError, SandboxPausedError } from '../errors/state.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { type CommandLine, checkTimeout, commandFields, defaultTimeoutSecs } from './exec-body.ts';
import { LiveCommand } from './live-command.ts';
import { writeStdin } from './processes.ts';
import type { CommandOptions, CommandResult, StdinData } from './types.ts';

/** Runs a command to its end with its output passed on as it arrives. */
export async function runStreaming(
  scope: SandboxScope,
  command: CommandLine,
  options: CommandOptions,
): Promise<CommandResult> {
  const live = await startLive(scope, command, {
    ...options,
    timeoutSecs: options.timeoutSecs ?? defaultTimeoutSecs,
  });
  const { signal } = options;
  const onAbort = (): void => live.stop(signal?.reason);
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  try {
    return await live.result;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Starts a command whose output is followed from its first byte. */
export async function startLive(
  scope: SandboxScope,
  command: CommandLine,
  options: CommandOptions,
): Promise<LiveCommand> {
  const live = new LiveCommand(scope, options);
  await live.start(
    { ...commandFields(command, options), ...liveTimeout(options.timeoutSecs) },
    options.signal,
  );
  if (options.stdin !== undefined) await feed(scope, live, options.stdin);
  return live;
}

/** The whole input of a live command. One that has closed its input or ended did not want it. */
async function feed(scope: SandboxScope, live: LiveCommand, stdin: StdinData): Promise<void> {
  try {
    await writeStdin(scope, live.pid, stdin, { close: true });
  } catch (error) {
    if (error instanceof ConflictError && !(error instanceof SandboxPausedError)) return;
    live.stop(error);
    throw error;
  }
}

/** On this channel 30 stands for "not asked for", so that someone who does ask for it gets a second more. */
function liveTimeout(timeoutSecs: number | undefined): { timeout_secs?: number } {
  if (timeoutSecs === undefined) return {};
  const checked = checkTimeout(timeoutSecs);
  return { timeout_secs: checked === defaultTimeoutSecs ? defaultTimeoutSecs + 1 : checked };
}
