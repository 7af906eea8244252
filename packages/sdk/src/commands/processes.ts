import type {
  ProcessLogs,
  ProcessDetail as WireDetail,
  ProcessInfo as WireProcess,
} from '@nullspace/contract';
import { date } from '../client/date.ts';
import type { CallOptions } from '../client/options.ts';
import { pathId } from '../client/path-id.ts';
import { toBase64 } from '../encoding/base64.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import type { CommandLogs, ProcessDetail, ProcessInfo, Signal, StdinData } from './types.ts';

export async function listProcesses(scope: SandboxScope, options: CallOptions = {}): Promise<ProcessInfo[]> {
  const processes = await scope.client.json<WireProcess[]>('GET', `${scope.path}/processes`, options);
  return processes.map(({ pid, command, running }) => ({ pid, command, running }));
}

export async function stillRuns(scope: SandboxScope, pid: number): Promise<boolean> {
  return (await listProcesses(scope)).some((process) => process.pid === pid && process.running);
}

export async function readLogs(
  scope: SandboxScope,
  pid: number,
  options: CallOptions = {},
): Promise<CommandLogs> {
  const logs = await scope.client.json<ProcessLogs>('GET', `${processPath(scope, pid)}/logs`, options);
  return {
    stdout: logs.stdout,
    stderr: logs.stderr,
    output: logs.output,
    exitCode: logs.exit_code ?? undefined,
    truncated: logs.truncated ?? false,
  };
}

export async function killProcess(
  scope: SandboxScope,
  pid: number,
  options: CallOptions = {},
): Promise<void> {
  await scope.client.json('POST', `${processPath(scope, pid)}/kill`, options);
}

/** Sends data, closes the input, or both in this order. */
export async function writeStdin(
  scope: SandboxScope,
  pid: number,
  data: StdinData,
  { close, ...call }: CallOptions & { close?: boolean } = {},
): Promise<void> {
  const json = {
    ...(typeof data === 'string' ? { data } : { data_base64: toBase64(data) }),
    ...(close ? { close } : {}),
  };
  await scope.client.json('POST', `${processPath(scope, pid)}/stdin`, { ...call, json });
}

export async function sendSignal(
  scope: SandboxScope,
  pid: number,
  signal: Signal,
  options: CallOptions = {},
): Promise<void> {
  await scope.client.json('POST', `${processPath(scope, pid)}/signal`, { ...options, json: { signal } });
}

export async function readProcess(
  scope: SandboxScope,
  pid: number,
  options: CallOptions = {},
): Promise<ProcessDetail> {
  const detail = await scope.client.json<WireDetail>('GET', processPath(scope, pid), options);
  return {
    pid: detail.pid,
    command: detail.command,
    running: detail.running,
    startedAt: date(detail.started_at),
    exitCode: detail.exit_code ?? undefined,
    timedOut: detail.timed_out,
    killedBy: detail.killed_by ?? undefined,
    cpuMs: detail.cpu_ms,
    memoryBytes: detail.memory_bytes,
    processCount: detail.process_count,
    stdoutBytes: detail.stdout_bytes,
    stderrBytes: detail.stderr_bytes,
    droppedBytes: detail.dropped_bytes,
  };
}

function processPath(scope: SandboxScope, pid: number): string {
  return `${scope.path}/processes/${pathId('process', pid)}`;
}
