import { idPrefixes, type Terminal } from '@nullspace/contract';
import type { guest } from '@nullspace/proto';
import { ApiError } from '../api-error.ts';
import { readExitCode } from '../commands/describe-exit.ts';
import type { Context } from '../context.ts';
import type { LiveInstance } from '../fleet/live-instance.ts';
import { toTimestamp } from '../to-timestamp.ts';

/** Which terminal of a sandbox is meant: the session that the server named it by, or its pid. */
export type TerminalName = { sessionId: string } | { pid: number };

/** Terminals of a sandbox, ended ones too while the agent remembers them. The agent alone knows them. */
export function listAllTerminals(context: Context, live: LiveInstance): Promise<guest.Process[]> {
  return context.guests.call(live, { failure: 'exec_failed' }, async (connection, signal) => {
    const { processes } = await connection.listProcesses(signal);
    return processes.filter(({ terminal, tag }) => terminal && tag.startsWith(idPrefixes.terminal));
  });
}

/** @throws {ApiError} `pty_not_found`. */
export async function findTerminal(
  context: Context,
  live: LiveInstance,
  name: TerminalName,
): Promise<guest.Process> {
  const terminals = await listAllTerminals(context, live);
  const found = terminals.find(({ tag, pid }) => ('pid' in name ? pid === name.pid : tag === name.sessionId));
  if (found) return found;
  const session_id = 'pid' in name ? `with pid ${name.pid}` : name.sessionId.slice(0, 64);
  const values = { sandbox_id: live.sandboxId, session_id };
  throw new ApiError('pty_not_found', values, { details: values });
}

export function presentTerminal(process: guest.Process): Terminal {
  const { tag, pid, terminal, command, startedUnixMs, running, exit } = process;
  return {
    session_id: tag,
    pid,
    cols: terminal?.columns ?? 0,
    rows: terminal?.rows ?? 0,
    command,
    started_at: toTimestamp(startedUnixMs),
    exit_code: running ? null : readExitCode(exit),
  };
}
