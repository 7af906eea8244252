import type ssh2 from 'ssh2';

/** What OpenSSH ends with when it is ssh itself that failed. */
const FAILED = 255;

/** Ends a session for a reason that is not its program's. */
export function sayFailure(channel: ssh2.ServerChannel, why: string): void {
  if (!channel.writable) return;
  channel.stderr.write(`nullspace: ${why}\r\n`);
  channel.exit(FAILED);
  channel.end();
}
