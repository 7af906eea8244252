import type { MessageInitShape } from '@bufbuild/protobuf';
import type { guest } from '@nullspace/proto';
import { toGuestCommand } from '../commands/to-guest-command.ts';

/** What a client asked a session for. */
export type Wish = { kind: 'shell' } | { kind: 'exec'; command: string } | { kind: 'sftp' };

/** Terminal that a client wants its program to have. */
export interface Pty {
  columns: number;
  rows: number;
}

/** A login shell without a terminal reads its script from stdin. */
const LOGIN_SHELL = 'if command -v bash >/dev/null 2>&1; then exec bash -l; else exec sh -l; fi';

/** How the agent starts what a session is for. */
export function toStart(
  wish: Wish,
  { account, env, pty }: { account: string; env: Record<string, string>; pty: Pty | undefined },
): MessageInitShape<typeof guest.StartRequestSchema> {
  const user = account === 'root' ? '' : account;
  const command = (fields: { command: string; shell?: boolean }) =>
    toGuestCommand({ ...fields, envs: env, user }, { timeoutSecs: 0, defaultUser: '' });
  if (wish.kind === 'sftp') return { command: command({ command: '' }), piped: true, sftp: true };
  const terminal = pty ? { terminal: pty } : {};
  if (wish.kind === 'exec')
    return { command: command({ command: wish.command, shell: true }), piped: true, ...terminal };
  if (pty) return { command: command({ command: '' }), piped: true, ...terminal };
  return { command: command({ command: LOGIN_SHELL, shell: true }), piped: true };
}
