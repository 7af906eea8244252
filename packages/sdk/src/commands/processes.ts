import type { ProcessLogs, ProcessInfo as WireProcess } from '@nullspace/contract';
import type { CallOptions } from '../client/options.ts';
import { pathId } from '../client/path-id.ts';
import type { SandboxScope } from '../sandboxes/scope.ts';
import type { CommandLogs, ProcessInfo } from './types.ts';

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

export async function writeStdin(
  scope: SandboxScope,
  pid: number,
  data: string,
  options: CallOptions = {},
): Promise<void> {
  await scope.client.json('POST', `${processPath(scope, pid)}/stdin`, { ...options, json: { data } });
}

function processPath(scope: SandboxScope, pid: number): string {
  return `${scope.path}/processes/${pathId('process', pid)}`;
}
