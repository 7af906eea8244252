import { defineCommand } from '../../../command.ts';
import { UsageError } from '../../../errors/cli-error.ts';
import { attachTerminal } from '../../../terminal/attach.ts';
import { openSandbox } from '../open.ts';
import { jsonOption, sandboxId } from '../parameters.ts';

export const command = defineCommand({
  help:
    'Attaches this terminal to a session and exits with its exit code. ~. at the begin of a line leaves it running, as\n' +
    'does the end of --timeout, with exit code 124. Piped input is sent as it is.',
  arguments: [
    sandboxId,
    { name: 'target', required: false, description: 'Process id of the session, or its session id.' },
  ],
  options: [
    { name: 'session-id', description: 'Id of the session.' },
    { name: 'id', description: 'Name of this request; has no effect.' },
    { name: 'timeout', type: 'integer', minimum: 1, description: 'Seconds after which to leave.' },
    jsonOption,
  ],
  examples: [
    'nullspace sandbox pty connect sb_… --session-id ses_…',
    'echo ls | nullspace sandbox pty connect sb_… 42',
  ],
  output: 'raw terminal; --json: {exit_code, error, timed_out}',
  async run({ values, json, terminal }) {
    const which = readTarget(values.target, values.sessionId);
    const sandbox = await openSandbox(values);
    const session = await sandbox.pty.connect(which);
    const { exitCode, timedOut, left } = await attachTerminal(session, {
      timeoutSecs: values.timeout,
      quiet: json,
    });
    if (json) terminal.printJson({ exit_code: exitCode, error: null, timed_out: timedOut });
    else if (left) terminal.note(`\nThe session ${session.id} runs on.`);
    return exitCode;
  },
});

function readTarget(target: string | undefined, sessionId: string | undefined): string | number {
  if ((target === undefined) === (sessionId === undefined))
    throw new UsageError('Name the session by TARGET or by --session-id, one of them.');
  if (sessionId !== undefined) return sessionId;
  return /^\d+$/.test(target!) ? Number(target) : target!;
}
