import type { ProcessDetail } from 'nullspace';
import { timestamp } from './sandbox.ts';

/** A process as the CLI prints it in JSON: the API's names. */
export function processRecord(info: ProcessDetail): Record<string, unknown> {
  return {
    pid: info.pid,
    command: info.command,
    running: info.running,
    started_at: timestamp(info.startedAt),
    exit_code: info.exitCode ?? null,
    timed_out: info.timedOut,
    killed_by: info.killedBy ?? null,
    cpu_ms: info.cpuMs,
    memory_bytes: info.memoryBytes,
    process_count: info.processCount,
    stdout_bytes: info.stdoutBytes,
    stderr_bytes: info.stderrBytes,
    dropped_bytes: info.droppedBytes,
  };
}
