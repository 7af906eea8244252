import type { MessageInitShape } from '@bufbuild/protobuf';
import type { guest } from '@nullspace/proto';
import type { GuestCall } from '../guests/guest-errors.ts';

/** A command as the API writes it. */
export interface CommandFields {
  command: string;
  args?: string[] | null | undefined;
  cwd?: string | null | undefined;
  envs?: Record<string, string> | null | undefined;
  shell?: boolean | null | undefined;
  user?: string | null | undefined;
}

/** The same command as the agent wants it. Without an account of its own it runs as the default one; empty: root. */
export function toGuestCommand(
  fields: CommandFields,
  { timeoutSecs, defaultUser }: { timeoutSecs: number; defaultUser: string },
): MessageInitShape<typeof guest.CommandSchema> {
  return {
    command: fields.command,
    args: fields.args ?? [],
    shell: fields.shell ?? false,
    env: fields.envs ?? {},
    cwd: fields.cwd ?? '',
    user: fields.user?.trim() || defaultUser,
    timeoutMs: BigInt(timeoutSecs * 1000),
  };
}

/** What refusals of that command tell about it. */
export function aboutCommand(
  { user, cwd }: CommandFields,
  defaultUser: string,
): Omit<GuestCall, 'sandboxId'> {
  return { failure: 'exec_failed', user: user?.trim() || defaultUser, cwd: cwd ?? '' };
}
