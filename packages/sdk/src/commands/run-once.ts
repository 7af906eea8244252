import type { ExecResult, ExecStarted } from '@nullspace/contract';
import { fromBase64, toBase64 } from '../encoding/base64.ts';
import { decode } from '../encoding/text-stream.ts';
import { errorInAnswer } from '../errors/in-answer.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import { type CommandLine, checkTimeout, commandFields, defaultTimeoutSecs } from './exec-body.ts';
import type { CommandOptions, CommandResult, StdinData } from './types.ts';

/** The server answers at the timeout at the latest; this much later the connection counts as dead. */
const graceMs = 15_000;

/** Runs a command to its end with one request. */
export async function runOnce(
  scope: SandboxScope,
  command: CommandLine,
  options: CommandOptions,
): Promise<CommandResult> {
  const timeoutSecs = checkTimeout(options.timeoutSecs ?? defaultTimeoutSecs);
  const result = await scope.client.json<ExecResult>('POST', `${scope.path}/exec`, {
    json: {
      ...commandFields(command, options),
      ...stdinFields(options.stdin),
      timeout_secs: timeoutSecs,
      background: false,
      ...(options.binary ? { encoding: 'base64' } : {}),
    },
    headers: scope.dispatchHeaders,
    signal: options.signal,
    requestTimeoutMs:
      options.requestTimeoutMs ?? Math.max(scope.client.requestTimeoutMs, timeoutSecs * 1000 + graceMs),
  });
  // The answer had begun with status 200 when the command broke off.
  if (result.error) throw errorInAnswer(result.error);
  return {
    exitCode: result.exit_code,
    ...readOutput(result, options.binary),
    pid: result.pid,
    timedOut: result.timed_out ?? false,
    killedBy: result.killed_by ?? undefined,
    stdoutTruncated: result.stdout_truncated ?? false,
    stderrTruncated: result.stderr_truncated ?? false,
    spawnUs: result.spawn_us,
    runUs: result.run_us,
  };
}

function readOutput({ stdout, stderr }: ExecResult, binary = false) {
  if (!binary) return { stdout, stderr };
  const [stdoutBytes, stderrBytes] = [fromBase64(stdout), fromBase64(stderr)];
  return { stdout: decode(stdoutBytes), stderr: decode(stderrBytes), stdoutBytes, stderrBytes };
}

function stdinFields(stdin: StdinData | undefined): { stdin?: string; stdin_base64?: string } {
  if (!stdin?.length) return {};
  return typeof stdin === 'string' ? { stdin } : { stdin_base64: toBase64(stdin) };
}

/** Starts a command that outlives the call; answers with its pid. */
export async function startInBackground(
  scope: SandboxScope,
  command: CommandLine,
  options: CommandOptions,
): Promise<number> {
  const started = await scope.client.json<ExecStarted>('POST', `${scope.path}/exec`, {
    json: { ...commandFields(command, options), timeout_secs: defaultTimeoutSecs, background: true },
    headers: scope.dispatchHeaders,
    signal: options.signal,
    requestTimeoutMs: options.requestTimeoutMs,
  });
  return started.pid;
}
