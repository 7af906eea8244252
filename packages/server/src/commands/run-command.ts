import { type ExecBody, type ExecStarted, limits } from '@nullspace/contract';
import type { Context } from '../context.ts';
import { toCount } from '../sandboxes/read-metrics.ts';
import type { SandboxAddress } from '../sandboxes/sandbox-finder.ts';
import { readExitCode, readGuard } from './describe-exit.ts';
import type { Hold } from './held-answers.ts';
import type { RanCommand } from './ran-command.ts';
import { aboutCommand, toGuestCommand } from './to-guest-command.ts';

/** How much later than its timeout the end of a command may be told, the longest wait for a hold included. */
const TIMEOUT_SLACK_MS = 90_000;

/** Starts a command and answers as soon as it runs. It has no timeout. */
export async function startCommand(
  context: Context,
  address: SandboxAddress,
  body: ExecBody,
): Promise<ExecStarted> {
  const live = await context.finder.findLive(address);
  const about = aboutCommand(body, live.defaultUser);
  return context.guests.call(live, about, async ({ unary }, signal) => {
    const { pid } = await unary.start(
      { command: toGuestCommand(body, { timeoutSecs: 0, defaultUser: live.defaultUser }) },
      { signal },
    );
    return { pid };
  });
}

/** Runs a command to its end. It goes on when the caller has gone. Output that is large waits for `hold`. */
export async function runCommand(
  context: Context,
  address: SandboxAddress,
  body: ExecBody,
  hold?: Hold,
): Promise<RanCommand> {
  const live = await context.finder.findLive(address);
  const answerMs = body.timeout_secs * 1000 + TIMEOUT_SLACK_MS;
  const about = { ...aboutCommand(body, live.defaultUser), answerMs };
  return context.guests.call(live, about, async (connection, signal) => {
    const command = toGuestCommand(body, { timeoutSecs: body.timeout_secs, defaultUser: live.defaultUser });
    const stdin =
      body.stdin_base64 == null
        ? Buffer.from(body.stdin ?? '', 'utf8')
        : Buffer.from(body.stdin_base64, 'base64');
    const message = { command, stdin, maxOutputBytes: BigInt(limits.output_bytes) };
    const result = await connection.run(message, { signal, admit: hold?.admit });
    return {
      exit_code: readExitCode(result.exit),
      stdout: result.stdout,
      stderr: result.stderr,
      pid: result.pid,
      stdout_truncated: result.stdoutTruncated,
      stderr_truncated: result.stderrTruncated,
      timed_out: result.exit?.timedOut ?? false,
      killed_by: readGuard(result.exit),
      spawn_us: toCount(result.exit?.spawnUs ?? 0n),
      run_us: toCount(result.exit?.runUs ?? 0n),
    };
  });
}
