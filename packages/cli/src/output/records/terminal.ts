import type { PtyInfo } from 'nullspace';
import { timestamp } from './sandbox.ts';

/** A terminal session as the CLI prints it in JSON: the API's names. */
export function terminalRecord(info: PtyInfo): Record<string, unknown> {
  return {
    session_id: info.sessionId,
    pid: info.pid,
    cols: info.cols,
    rows: info.rows,
    command: info.command,
    started_at: timestamp(info.startedAt),
    exit_code: info.exitCode ?? null,
  };
}
