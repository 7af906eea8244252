import type { ChildProcess } from 'node:child_process';
import { watch } from 'node:fs';
import { CliError } from '../errors/cli-error.ts';
import { lastMessages, parseLine, readLog } from './log-file.ts';

/**
 * Waits until a service writes its "ready" line into its log.
 *
 * @returns The fields of that line.
 * @throws {CliError} When the service ends first, or is not ready in time; the end of its log is in the message.
 */
export function waitUntilReady(
  child: ChildProcess,
  options: { name: string; logFile: string; offset: number; patienceMs: number },
): Promise<Record<string, unknown>> {
  const { name, logFile, offset, patienceMs } = options;
  const fail = (what: string) =>
    new CliError([`${name} ${what}. Its log says:`, ...lastMessages(readLog(logFile, offset))].join('\n  '), {
      code: 'service_failed',
      suggestedAction: `Read ${logFile}, mend what it names and run "nullspace up" again.`,
    });

  return new Promise((resolve, reject) => {
    const watcher = watch(logFile, look);
    const timer = setTimeout(() => finish(fail(`was not ready within ${patienceMs / 1000} s`)), patienceMs);
    const onExit = (code: number | null, signal: string | null) =>
      finish(fail(`ended while starting (${signal ?? `exit code ${code}`})`));
    const onError = (error: Error) => finish(fail(`could not be started: ${error.message}`));
    child.once('exit', onExit);
    child.once('error', onError);
    // The line may stand there already.
    look();

    function look() {
      const ready = readLog(logFile, offset)
        .split('\n')
        .map(parseLine)
        .find((entry) => entry?.msg === 'ready');
      if (ready) finish(ready);
    }

    function finish(result: Record<string, unknown> | Error) {
      clearTimeout(timer);
      watcher.close();
      child.off('exit', onExit);
      child.off('error', onError);
      if (result instanceof Error) reject(result);
      else resolve(result);
    }
  });
}
