import type { SandboxScope } from '../sandboxes/scope.ts';
import { commandFields, defaultTimeoutSecs } from './exec-body.ts';
import { LiveCommand } from './live-command.ts';
import type { CommandOptions, CommandResult } from './types.ts';

/** Runs a command to its end with its output passed on as it arrives. */
export async function runStreaming(
  scope: SandboxScope,
  command: string,
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
  command: string,
  options: CommandOptions,
): Promise<LiveCommand> {
  const live = new LiveCommand(scope, { onStdout: options.onStdout, onStderr: options.onStderr });
  await live.start(
    { ...commandFields(command, options), ...liveTimeout(options.timeoutSecs) },
    options.signal,
  );
  return live;
}

/** On this channel 30 stands for "not asked for", so that someone who does ask for it gets a second more. */
function liveTimeout(timeoutSecs: number | undefined): { timeout_secs?: number } {
  if (timeoutSecs === undefined) return {};
  return { timeout_secs: timeoutSecs === defaultTimeoutSecs ? defaultTimeoutSecs + 1 : timeoutSecs };
}
